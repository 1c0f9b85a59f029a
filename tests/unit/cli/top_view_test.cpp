#include "cli/top_view.hpp"

#include <gtest/gtest.h>

#include "cli/top_screen.hpp"

namespace taskworker {
namespace {

const TimePoint kNow = from_unix(1'700'000'100);

Control::Reply stats(const char* node, int pid, int done) {
    return {
        node,
        {{"pid", pid},
         {"total", {{"shop.add", done - 1}, {"shop.sms", 1}}},
         {"pool",
          {{"implementation", "celery.concurrency.prefork:TaskPool"}, {"max-concurrency", 4}}}}};
}

Json running(const char* id, double since, const char* name = "shop.add") {
    return {
        {"id", id},
        {"name", name},
        {"time_start", since},
        {"worker_pid", 7},
        {"args", {1, "two"}},
        {"kwargs", Json::object()}};
}

TopLook a_look() {
    return look_of(
        kNow,
        {stats("w1@box", 5, 10)},
        {{"w1@box",
          Json::array({running("young", 1'700'000'099.5), running("old", 1'700'000'000)})}},
        {{.name = "celery", .steps = {{0, 2}, {3, 1}}, .next = "shop.add[x]"}},
        {.unacked = 3, .parked = 1, .dead_letters = 0, .workers = 1}
    );
}

std::string picture(const TopLook& look, const TopState& state = {}, std::size_t rows = 30) {
    std::string all;
    for (const auto& line : draw_top(look, state, "redis://box", rows, 160))
        all += line.text + "\n";
    return all;
}

TEST(TopView, ReadsWhatWorkersSay) {
    const auto look = a_look();
    ASSERT_EQ(look.workers.size(), 1u);
    EXPECT_EQ(look.workers[0].pool, "prefork");
    EXPECT_EQ(look.workers[0].done, 10);
    EXPECT_EQ(look.workers[0].busy, 2u);
    ASSERT_EQ(look.running.size(), 2u);
    EXPECT_EQ(look.running[0].id, "old");  // the longest first
    EXPECT_EQ(look.running[0].arguments, "[1, 'two']");
    EXPECT_DOUBLE_EQ(*look.running[1].seconds, 0.5);
}

TEST(TopView, SurvivesWhateverWorkersSay) {
    const Json odd[] = {
        nullptr, 3, "text", Json::array({1}), {{"pool", 3}, {"total", "x"}, {"pid", "y"}}};
    for (const auto& body : odd) {
        const auto look =
            look_of(kNow, {{"w", body}}, {{"w", body}, {"v", Json::array({body})}}, {}, {});
        EXPECT_FALSE(draw_top(look, {}, "", 24, 80).empty());
    }
}

TEST(TopView, TextOfStrangersCannotSteerTheTerminal) {
    const auto look = look_of(
        kNow,
        {stats("w\x1b[2J@box", 5, 10)},
        {{"w", Json::array({running("id\n\x1b[31m", 1, "na\tme\x07")})}},
        {{.name = "q\x1b]0;x", .next = "x\r"}},
        {}
    );
    for (const auto& line : draw_top(look, {}, "redis://box", 40, 200))
        for (const unsigned char c : line.text) EXPECT_GE(c, 0x20) << line.text;
}

TEST(TopView, RatesAreOfTheSameProcess) {
    auto now = a_look(), before = a_look();
    before.at = kNow - std::chrono::seconds(2);
    before.workers[0].done = 4;
    add_rates(now, before);
    EXPECT_DOUBLE_EQ(now.workers[0].rate.value_or(0), 3.0);
    auto restarted = a_look();
    before.workers[0].pid = 99;
    add_rates(restarted, before);
    EXPECT_EQ(restarted.workers[0].rate, std::nullopt);
}

TEST(TopView, DrawsWhatThereIs) {
    const auto all = picture(a_look());
    for (const auto* part :
         {"1 worker, 2 of 4 slots busy",
          "w1@box",
          "prefork",
          "0:2 3:1",
          "shop.add[x]",
          "in hand: 2, begun and acknowledged: 0, waiting for their time: 1",
          "old",
          "[1, 'two']",
          "q quit"})
        EXPECT_NE(all.find(part), all.npos) << part << "\n" << all;
}

TEST(TopView, FitsIntoAnyTerminal) {
    auto look = a_look();
    for (int i = 0; i < 100; ++i) {
        look.workers.push_back({.name = std::string(50, 'w')});
        look.running.push_back({.id = std::to_string(i), .name = "ü" + std::string(300, 'n')});
    }
    const TopState state{.selected = "99", .ask = {}, .told = {}};
    for (std::size_t rows = 0; rows < 60; ++rows) {
        for (const std::size_t columns : {0u, 1u, 20u, 80u}) {
            const auto lines = draw_top(look, state, "redis://box", rows, columns);
            EXPECT_LE(lines.size(), rows);
            for (const auto& line : lines) EXPECT_LE(line.text.size(), columns * 4);
        }
    }
    EXPECT_NE(picture(look, state).find("\n>"), std::string::npos);  // scrolled to what is selected
    EXPECT_NE(picture(look, state).find("… and 91 more"), std::string::npos);
}

TEST(TopView, SaysWhyThereIsNothingToSee) {
    const TopLook look{.at = kNow, .trouble = "redis is away"};
    EXPECT_NE(picture(look).find("redis is away"), std::string::npos);
    EXPECT_NE(picture(look).find("nobody answers"), std::string::npos);
}

TEST(TopKeys, AreReadOutOfSequences) {
    std::string typed = "\x1b[A\x1b[Bjq";
    EXPECT_EQ(read_keys(typed), (std::vector{Key::Up, Key::Down, Key::Down, Key::Quit}));
    EXPECT_EQ(typed, "");
    typed = "x\x1b[";
    EXPECT_EQ(read_keys(typed), std::vector<Key>{});
    EXPECT_EQ(typed, "\x1b[");
    typed += "A";
    EXPECT_EQ(read_keys(typed), std::vector{Key::Up});
    typed = "\x1b[5~\xff\x01";
    EXPECT_EQ(read_keys(typed), std::vector<Key>{});
}

TEST(TopKeys, MoveTheSelectionRound) {
    const auto look = a_look();
    TopState state;
    press(state, Key::Down, look);
    EXPECT_EQ(state.selected, "old");
    press(state, Key::Down, look);
    EXPECT_EQ(state.selected, "young");
    press(state, Key::Down, look);
    EXPECT_EQ(state.selected, "old");
    press(state, Key::Up, look);
    EXPECT_EQ(state.selected, "young");
    press(state, Key::First, look);
    EXPECT_EQ(state.selected, "old");
    press(state, Key::Down, TopLook{});
    EXPECT_EQ(state.selected, "");
}

TEST(TopKeys, RevokeAndTerminateTheSelectedTaskOnly) {
    const auto look = a_look();
    TopState state;
    EXPECT_TRUE(std::holds_alternative<std::monostate>(press(state, Key::Revoke, look)));
    EXPECT_NE(state.told.find("select"), std::string::npos);
    state.selected = "young";
    EXPECT_EQ(std::get<RevokeTask>(press(state, Key::Revoke, look)).id, "young");
}

TEST(TopKeys, TerminateAsksAndKeepsToTheTaskThatWasAskedAbout) {
    auto look = a_look();
    TopState state{.selected = "old", .ask = {}, .told = {}};
    EXPECT_TRUE(std::holds_alternative<std::monostate>(press(state, Key::Terminate, look)));
    EXPECT_NE(picture(look, state).find("terminate old by SIGTERM?"), std::string::npos);
    look.running.clear();  // it has ended, another look came
    EXPECT_EQ(std::get<TerminateTask>(press(state, Key::Yes, look)).id, "old");
    state = {.selected = "old", .ask = "old", .told = {}};
    EXPECT_TRUE(std::holds_alternative<std::monostate>(press(state, Key::Down, look)));
    EXPECT_EQ(state.told, "not terminated");
}

TEST(TopScreen, PaintsEachLineToItsEnd) {
    EXPECT_EQ(
        painted({{"a", TopLine::Style::Bold}, {"b"}}),
        "\x1b[H\x1b[1ma\x1b[0m\x1b[K\r\nb\x1b[K\x1b[J"
    );
}

}  // namespace
}  // namespace taskworker
