#include "cli/command_facts.hpp"

#include <gtest/gtest.h>

#include "cli/options.hpp"

namespace taskworker {
namespace {

std::string printed(std::vector<std::string> arguments) {
    const auto parsed = parse_options(std::move(arguments));
    const auto* ending = std::get_if<Ending>(&parsed);
    return ending && ending->code == 0 ? ending->out : std::string();
}

std::string refused(std::vector<std::string> arguments) {
    const auto parsed = parse_options(std::move(arguments));
    const auto* ending = std::get_if<Ending>(&parsed);
    return ending && ending->code == 2 ? ending->err : std::string();
}

ProgramFacts small() {
    ProgramFacts program;
    program.global.options = {{.names = {"-A", "--app"}, .value = "MODULE", .help = "It's [a]: b"}};
    program.commands = {
        {.name = "run",
         .help = "Run",
         .footer = ".first\n'second",
         .options =
             {{.names = {"-l", "--loglevel"}, .value = "LEVEL", .help = "How much"},
              {.names = {"TASK"}, .help = "Which", .positional = true}},
         .words = {"one", "two"}}};
    return program;
}

TEST(Completion, KnowsEveryCommandAndItsOptions) {
    for (const auto* shell : {"bash", "zsh"}) {
        const auto script = printed({"completion", shell});
        for (const auto* part :
             {"worker",
              "--concurrency",
              "doctor",
              "rate_limit",
              "query_task",
              "--broker",
              "replay",
              "CRITICAL"})
            EXPECT_NE(script.find(part), script.npos) << shell << " " << part;
        EXPECT_EQ(script.find("pool-child"), script.npos) << "hidden";
    }
    EXPECT_EQ(refused({"completion", "fish"}), "completion fish: must be bash or zsh");
}

TEST(Completion, QuotesWhatShellsWouldTakeForTheirs) {
    EXPECT_NE(zsh_completion(small()).find(R"(It'\''s \[a\]\: b])"), std::string::npos)
        << zsh_completion(small());
}

TEST(ManPage, HasWhatTheHelpHas) {
    const auto page = printed({"man", "worker"});
    for (const auto* part :
         {".TH TASKWORKER\\-WORKER 1", "\\fB\\-\\-concurrency\\fP", ".SH OPTIONS OF ALL COMMANDS"})
        EXPECT_NE(page.find(part), page.npos) << part << page;
    EXPECT_NE(printed({"man"}).find("\\fBtaskworker\\-doctor\\fP(1)"), std::string::npos);
    EXPECT_EQ(refused({"man", "wroker"}), "man wroker: no such command, did you mean worker?");
}

TEST(ManPage, ListsItsPages) {
    const auto names = printed({"man", "--list"});
    EXPECT_EQ(names.rfind("taskworker\n", 0), 0u);
    EXPECT_NE(names.find("taskworker-top\n"), names.npos);
}

TEST(ManPage, NoTextBecomesARequest) {
    const auto page = man_page(small(), small().commands[0], "1");
    EXPECT_NE(page.find("\n\\&.first\n\\&'second\n"), page.npos) << page;
}

}  // namespace
}  // namespace taskworker
