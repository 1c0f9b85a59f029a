#include "task/error_info.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <ios>
#include <optional>
#include <variant>

#include "taskworker/convert.hpp"
#include "taskworker/errors.hpp"

namespace shop {
struct GatewayError : std::runtime_error {
    using std::runtime_error::runtime_error;
};
struct BadNumber : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};
struct SoldOut : taskworker::TaskError {
    explicit SoldOut(int goods)
        : TaskError("SoldOut", taskworker::Json::array({goods}), "shop.errors") {}
};
namespace {
struct Hidden : std::runtime_error {
    using std::runtime_error::runtime_error;
};
}  // namespace
}  // namespace shop
struct Global : std::exception {};

namespace taskworker {
namespace {

template <class E>
Failure described(const E& error, const ExceptionFilter& expected = {}) {
    return describe_error(std::make_exception_ptr(error), "shop.sell", expected);
}
std::string brief(const Failure& f) {
    return f.module + "." + f.type + f.args.dump() + " " + f.message;
}

TEST(ErrorInfo, StandardExceptionsBecomeTheirPythonKin) {
    EXPECT_EQ(brief(described(std::invalid_argument("x"))), R"(builtins.ValueError["x"] x)");
    EXPECT_EQ(brief(described(std::domain_error("x"))), R"(builtins.ValueError["x"] x)");
    EXPECT_EQ(brief(described(std::length_error("x"))), R"(builtins.ValueError["x"] x)");
    EXPECT_EQ(brief(described(std::range_error("x"))), R"(builtins.ValueError["x"] x)");
    EXPECT_EQ(brief(described(std::out_of_range("x"))), R"(builtins.IndexError["x"] x)");
    EXPECT_EQ(brief(described(std::overflow_error("x"))), R"(builtins.OverflowError["x"] x)");
    EXPECT_EQ(brief(described(std::underflow_error("x"))), R"(builtins.ArithmeticError["x"] x)");
    EXPECT_EQ(brief(described(std::runtime_error("x"))), R"(builtins.RuntimeError["x"] x)");
    EXPECT_EQ(brief(described(std::logic_error("x"))), R"(builtins.RuntimeError["x"] x)");
    EXPECT_EQ(brief(described(std::bad_alloc())), "builtins.MemoryError[] ");
    EXPECT_EQ(described(std::bad_cast()).type, "TypeError");
    EXPECT_EQ(described(std::bad_variant_access()).type, "TypeError");
    EXPECT_EQ(described(std::bad_optional_access()).type, "TypeError");
    EXPECT_EQ(described(ConversionError(Path("x"), "int", Json(1.5))).type, "TypeError");
}

TEST(ErrorInfo, SystemErrorsAreOSErrorWithTheirNumber) {
    const auto code = std::make_error_code(std::errc::no_such_file_or_directory);
    const auto failure = described(std::system_error(code, "prices.csv"));
    EXPECT_EQ(failure.type, "OSError");
    EXPECT_EQ(failure.args.dump(), R"([2,"prices.csv: No such file or directory"])");
    EXPECT_EQ(failure.message, "[Errno 2] prices.csv: No such file or directory");
    EXPECT_EQ(described(std::filesystem::filesystem_error("open", code)).args[0], 2);
    EXPECT_EQ(described(std::ios_base::failure("disk")).type, "OSError");
}

TEST(ErrorInfo, AClassOfTheAuthorsOwnKeepsItsNameAndNamespace) {
    EXPECT_EQ(brief(described(shop::GatewayError("503"))), R"(shop.GatewayError["503"] 503)");
    EXPECT_EQ(brief(described(shop::BadNumber("12"))), R"(shop.BadNumber["12"] 12)");
    EXPECT_EQ(brief(described(shop::Hidden("x"))), R"(shop.Hidden["x"] x)");
    EXPECT_EQ(described(Global()).module, "cpp");
    EXPECT_EQ(described(BrokerError("away")).module, "taskworker");
}

TEST(ErrorInfo, ATaskErrorSaysItselfWhatPythonSees) {
    EXPECT_EQ(
        brief(described(TaskError("KeyError", "goods"))), R"(builtins.KeyError["goods"] 'goods')"
    );
    EXPECT_EQ(brief(described(shop::SoldOut(42))), "shop.errors.SoldOut[42] 42");
    EXPECT_EQ(
        described(TaskError("ValueError", Json::array({"a", 2, nullptr}), "builtins")).message,
        "('a', 2, None)"
    );
}

TEST(ErrorInfo, TheSoftLimitIsBilliards) {
    EXPECT_EQ(
        brief(described(SoftTimeLimitExceeded())),
        "billiard.exceptions.SoftTimeLimitExceeded[] SoftTimeLimitExceeded()"
    );
}

TEST(ErrorInfo, WhatIsNoExceptionIsARuntimeError) {
    EXPECT_EQ(
        brief(described(42)),
        R"(builtins.RuntimeError["unknown C++ exception"] unknown C++ exception)"
    );
}

TEST(ErrorInfo, TheTracebackEndsWithTypeAndMessage) {
    EXPECT_EQ(
        described(std::invalid_argument("boom")).traceback,
        "Traceback (most recent call last):\n  File \"shop.sell\", in sell\nValueError: boom\n"
    );
    EXPECT_TRUE(
        described(shop::GatewayError("503")).traceback.ends_with("\nshop.GatewayError: 503\n")
    );
    EXPECT_TRUE(described(std::bad_alloc()).traceback.ends_with("\nMemoryError\n"));
}

TEST(ErrorInfo, NestedExceptionsAreShownAsCauses) {
    std::exception_ptr error;
    try {
        try {
            throw std::out_of_range("no goods 7");
        } catch (...) {
            std::throw_with_nested(shop::GatewayError("cannot price"));
        }
    } catch (...) {
        error = std::current_exception();
    }
    const auto failure = describe_error(error, "sell");
    EXPECT_EQ(brief(failure), R"(shop.GatewayError["cannot price"] cannot price)");
    EXPECT_EQ(
        failure.traceback,
        "Traceback (most recent call last):\n  File \"sell\", in sell\nIndexError: no goods 7\n"
        "\nThe above exception was the direct cause of the following exception:\n\n"
        "Traceback (most recent call last):\n  File \"sell\", in sell\nshop.GatewayError: cannot "
        "price\n"
    );
}

TEST(ErrorInfo, ExpectedIsWhatTheTaskDeclares) {
    const auto expected = on<shop::GatewayError>();
    EXPECT_TRUE(described(shop::GatewayError("x"), expected).expected);
    EXPECT_FALSE(described(std::runtime_error("x"), expected).expected);
}

}  // namespace
}  // namespace taskworker
