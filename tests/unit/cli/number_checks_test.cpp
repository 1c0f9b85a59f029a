#include "cli/number_checks.hpp"

#include <gtest/gtest.h>

#include "cli/options.hpp"

namespace taskworker {
namespace {

// What the command line says of it; nothing: it is taken.
std::string complaint(std::vector<std::string> arguments) {
    const auto parsed = parse_options(std::move(arguments));
    const auto* ending = std::get_if<Ending>(&parsed);
    return ending ? ending->err : "";
}

TEST(NumberChecks, NoConditionOfDeadLettersChoosesAllByMistake) {
    for (const auto& [option, value] : std::vector<std::pair<std::string, std::string>>{
             {"--older", "nan"},
             {"--older", "-5"},
             {"--younger", "inf"},
             {"--limit", "-1"},
             {"--limit", "0"},
             {"--limit", "99999999999999999999"},
             {"--task", ""}}) {
        const auto said = complaint({"dlq", "purge", "--queue", "a", option, value});
        EXPECT_NE(said.find(option + ": must "), std::string::npos) << value << ": " << said;
    }
    EXPECT_EQ(complaint({"dlq", "purge", "--older", "0.5", "--limit", "1"}), "");
}

TEST(NumberChecks, SecondsThatAreNoNumberAreRefused) {
    EXPECT_NE(complaint({"worker", "--heartbeat-interval", "nan"}), "");
    EXPECT_NE(complaint({"inspect", "ping", "-t", "nan"}), "");
    EXPECT_NE(complaint({"top", "-i", "0"}), "");
    EXPECT_EQ(complaint({"inspect", "ping", "-t", "0"}), "");
}

}  // namespace
}  // namespace taskworker
