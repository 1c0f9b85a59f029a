#include "observe/log_text.hpp"

#include <gtest/gtest.h>

#include "observe/log_observer.hpp"
#include "observe/observers.hpp"

namespace taskworker {
namespace {

using Level = log::Level;
using Type = Event::Type;

Event an_event(Type type) {
    Event event{.type = type};
    event.uuid = "3f0c";
    event.name = "shop.add";
    return event;
}

TEST(LogText, Received) {
    const auto event = an_event(Type::TaskReceived);
    EXPECT_EQ(log_level(event), Level::Info);
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] received");
}

TEST(LogText, SucceededPrintsTheTimeAsPythonPrintsAFloat) {
    auto event = an_event(Type::TaskSucceeded);
    event.result = "{'a': None}";
    EXPECT_EQ(log_level(event), Level::Info);
    for (const auto& [runtime, text] :
         {std::pair{0.0015, "0.0015"},
          {2.0, "2.0"},
          {1e-05, "1e-05"},
          {0.1 + 0.2, "0.30000000000000004"}}) {
        event.runtime = runtime;
        EXPECT_EQ(
            log_text(event),
            std::string("Task shop.add[3f0c] succeeded in ") + text + "s: {'a': None}"
        );
    }
}

TEST(LogText, AnUnexpectedErrorComesWithItsTraceback) {
    auto event = an_event(Type::TaskFailed);
    event.exception = "ValueError('x')";
    event.traceback = "Traceback (most recent call last):\nValueError: x\n";
    EXPECT_EQ(log_level(event), Level::Error);
    EXPECT_EQ(
        log_text(event),
        "Task shop.add[3f0c] raised unexpected: ValueError('x')\n"
        "Traceback (most recent call last):\nValueError: x"
    );
    event.traceback.clear();
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] raised unexpected: ValueError('x')");
}

TEST(LogText, AnExpectedErrorIsInfoWithoutATraceback) {
    auto event = an_event(Type::TaskFailed);
    event.exception = "ValueError('x')";
    event.traceback = "Traceback …";
    event.expected = true;
    EXPECT_EQ(log_level(event), Level::Info);
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] raised expected: ValueError('x')");
}

TEST(LogText, WhatAnotherLineSaysHasNone) {
    auto event = an_event(Type::TaskFailed);
    event.logged = false;
    EXPECT_EQ(log_level(event), std::nullopt);
}

TEST(LogText, Retried) {
    auto event = an_event(Type::TaskRetried);
    event.reason = "Retry in 1s: KeyError('k')";
    EXPECT_EQ(log_level(event), Level::Info);
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] retry: Retry in 1s: KeyError('k')");
}

TEST(LogText, Rejected) {
    auto event = an_event(Type::TaskRejected);
    event.reason = "no";
    event.requeue = true;
    EXPECT_EQ(log_level(event), Level::Warning);
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] reject requeue=True: no");
    event.reason.clear();
    event.requeue = false;
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] reject requeue=False: None");
}

TEST(LogText, IgnoredRevokedAndAccepted) {
    EXPECT_EQ(log_text(an_event(Type::TaskIgnored)), "Task shop.add[3f0c] ignored");
    EXPECT_EQ(log_level(an_event(Type::TaskIgnored)), Level::Info);
    auto event = an_event(Type::TaskRevoked);
    EXPECT_EQ(log_text(event), "Discarding revoked task: shop.add[3f0c]");
    EXPECT_EQ(log_level(event), Level::Info);
    event.terminated = true;
    EXPECT_EQ(log_level(event), std::nullopt);
    event = an_event(Type::TaskStarted);
    event.pid = 4711;
    EXPECT_EQ(log_level(event), Level::Debug);
    EXPECT_EQ(log_text(event), "Task accepted: shop.add[3f0c] pid:4711");
}

TEST(LogText, UnregisteredBeginsAsCelerysAndSaysWhereTheMessageIs) {
    auto event = an_event(Type::TaskUnregistered);
    event.reason = "dead_letter";
    EXPECT_EQ(log_level(event), Level::Error);
    EXPECT_TRUE(log_text(event).starts_with("Received unregistered task of type 'shop.add'.\n"));
    EXPECT_NE(
        log_text(event).find("task 3f0c has been kept in the dead-letter list"), std::string::npos
    );
    event.reason = "discard";
    EXPECT_NE(log_text(event).find("has been ignored and discarded"), std::string::npos);
}

TEST(LogText, LimitsPrintWholeNumbersWithoutAPoint) {
    auto event = an_event(Type::HardLimit);
    event.limit = 2;
    EXPECT_EQ(log_level(event), Level::Error);
    EXPECT_EQ(log_text(event), "Hard time limit (2s) exceeded for shop.add[3f0c]");
    event = an_event(Type::SoftLimit);
    event.limit = 0.5;
    EXPECT_EQ(log_level(event), Level::Warning);
    EXPECT_EQ(log_text(event), "Soft time limit (0.5s) exceeded for shop.add[3f0c]");
}

TEST(LogText, WorkerLost) {
    auto event = an_event(Type::WorkerLost);
    event.exception = "WorkerLostError('Worker exited prematurely: signal 9 (SIGKILL) Job: 3.')";
    EXPECT_EQ(log_level(event), Level::Error);
    EXPECT_EQ(log_text(event), "Task handler raised error: " + event.exception);
}

TEST(LogText, DiscardedSaysWhyWhereAndHowItBegan) {
    Event event{.type = Type::Discarded};
    event.reason = "body is not base64";
    event.fields["queue"] = "celery";
    event.fields["head"] = "{\"body\"";
    EXPECT_EQ(log_level(event), Level::Critical);
    EXPECT_EQ(
        log_text(event),
        "Can't decode message body: body is not base64 [queue:celery]; "
        "kept in the dead-letter list, begins: {\"body\""
    );
}

TEST(LogText, WhatBefellALease) {
    EXPECT_EQ(log_level(an_event(Type::LeaseLost)), Level::Warning);
    EXPECT_EQ(log_level(an_event(Type::Redelivered)), Level::Info);
    auto event = an_event(Type::DeadLettered);
    event.reason = "its process died 3 times";
    EXPECT_EQ(log_level(event), Level::Error);
    EXPECT_EQ(log_text(event), "Task shop.add[3f0c] is a dead letter: its process died 3 times");
}

TEST(LogText, EveryTypeWithALevelHasAText) {
    for (int type = 0; type <= static_cast<int>(Type::ErrbacksNotCalled); ++type) {
        const auto event = an_event(static_cast<Type>(type));
        EXPECT_EQ(log_level(event).has_value(), !log_text(event).empty()) << type;
    }
}

TEST(LogObserver, WritesOnlyWhatTheLevelAsksFor) {
    std::vector<std::string> lines;
    log::start(
        {.level = Level::Warning,
         .asynchronous = false,
         .sink = [&](Level, std::string_view line) { lines.emplace_back(line); }}
    );
    LogObserver observer;
    observer.on(an_event(Type::TaskReceived));
    auto rejected = an_event(Type::TaskRejected);
    rejected.reason = "no";
    observer.on(rejected);
    observer.on(an_event(Type::TaskCustom));
    log::stop();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_NE(
        lines[0].find(": WARNING/MainProcess] Task shop.add[3f0c] reject requeue=False: no"),
        std::string::npos
    ) << lines[0];
}

TEST(Observers, TellAllInOrder) {
    struct Note final : Observer {
        explicit Note(std::string& out, char name) : heard(out), sign(name) {}
        void on(const Event&) override { heard += sign; }
        std::string& heard;
        char sign;
    };
    std::string heard;
    Note a(heard, 'a'), b(heard, 'b');
    Observers observers;
    observers.on(an_event(Type::TaskReceived));  // nobody there: nothing happens
    observers.add(a);
    observers.add(b);
    observers.on(an_event(Type::TaskReceived));
    EXPECT_EQ(heard, "ab");
}

}  // namespace
}  // namespace taskworker
