// A producer in C++: what docs/client.md shows, driven by tests/interop/test_client.py.
//   client_example <what> [id]        the settings come from CONFORMANCE_CONF
#include <chrono>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <taskworker/client.hpp>
#include <taskworker/taskworker.hpp>

#include "app_settings.hpp"

namespace shop {

inline constexpr tw::Task<std::int64_t(std::int64_t x, std::int64_t y)> add{
    "conformance.add", {"x", "y"}};
inline constexpr tw::Task<std::int64_t(std::vector<std::int64_t> numbers)> tsum{
    "conformance.tsum", {"numbers"}};
inline constexpr tw::Task<tw::Json(std::string message)> fail{"conformance.fail", {"message"}};
inline constexpr tw::Task<std::int64_t(double seconds)> sleep{"conformance.sleep", {"seconds"}};

}  // namespace shop

namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 20s;

tw::Json delay(tw::Client& client) { return client.delay(shop::add, 2, 3).get(kPatience); }

tw::Json send_task(tw::Client& client) {
    return client.send_task("conformance.add", {2, 3}, tw::Json::object(), {.priority = 3})
        .get(kPatience);
}

tw::Json chain(tw::Client& client) {
    const auto result = client.apply_async(shop::add.s(1, 2) | shop::add.s(3) | shop::add.s(4));
    const std::int64_t sum = result.get(kPatience);
    auto seen = tw::Json::array();
    for (const auto& [step, value] :
         tw::ResultHandle(*result.parent()->parent()).collect(kPatience))
        seen.push_back(value);
    return {{"sum", sum}, {"collected", seen}};
}

tw::Json group(tw::Client& client) {
    const auto result = client.apply_async(tw::group(shop::add.s(1, 1), shop::add.s(2, 2)));
    const std::vector<std::int64_t> sums = result.get(kPatience);
    result.save();
    const auto again = client.restore_group(result.id());
    const auto restored = again ? again->get(kPatience) : std::vector<tw::Json>();
    result.remove();
    return {
        {"id", result.id()},
        {"sums", sums},
        {"restored", restored},
        {"count", result.completed_count()},
        {"successful", result.successful()},
        {"removed", !client.restore_group(result.id())}};
}

tw::Json chord(tw::Client& client) {
    std::vector<decltype(shop::add.s(1, 1))> header;
    for (int i = 0; i < 20; ++i) header.push_back(shop::add.s(i, i));
    const std::int64_t sum = client.apply_async(tw::chord(header, shop::tsum.s())).get(kPatience);
    return sum;
}

tw::Json upgraded(tw::Client& client) {
    const auto canvas = shop::add.s(1, 1) | tw::group(shop::add.s(1), shop::add.s(2)) |
                        shop::tsum.s() | shop::add.s(10);
    return client.apply_async(canvas).get(kPatience);
}

tw::Json ends_in_a_group(tw::Client& client) {
    const auto result =
        client.apply_async(shop::add.s(1, 1) | tw::group(shop::add.s(1), shop::add.s(2)));
    return {{"sums", result.get(kPatience)}, {"parent", result.parent()->get_json(kPatience)}};
}

tw::Json failure(tw::Client& client) {
    const auto result = client.delay(shop::fail, "no such goods");
    try {
        result.get(kPatience);
    } catch (const tw::TaskFailed& error) {
        return {
            {"what", error.what()},
            {"type", error.failure().type},
            {"state", error.state()},
            {"same", error.id() == result.id()},
            {"traceback", !error.failure().traceback.empty()}};
    }
    return nullptr;
}

tw::Json options(tw::Client& client) {
    const auto result = client.apply_async(
        shop::add.s(1, 1),
        {.countdown = 1s, .expires = 60s, .task_id = "my-own-id", .serializer = "json"}
    );
    const bool early = result.ready();
    const auto sum = result.get(kPatience);
    const auto document = result.document();
    result.forget();
    return {
        {"id", result.id()},
        {"early", early},
        {"sum", sum},
        {"stored", document.at("status")},
        {"then", result.state()}};
}

tw::Json revoke(tw::Client& client) {
    const auto result = client.apply_async(shop::add.s(1, 1), {.countdown = 3s});
    result.revoke();
    try {
        result.get(kPatience);
    } catch (const tw::TaskFailed& error) {
        return {{"state", error.state()}, {"type", error.failure().type}};
    }
    return nullptr;
}

tw::Json patience(tw::Client& client) {
    const auto result =
        client.send_task("nobody.runs_this", {}, tw::Json::object(), {.queue = "nobody"});
    try {
        result.get(0.2s);
    } catch (const tw::ResultTimeout& error) {
        return error.what();
    }
    return nullptr;
}

tw::Json links(tw::Client& client) {
    const auto call = tw::linked(shop::add.s(1, 2), shop::add.s(10));
    const auto result = client.apply_async(call);
    auto all = tw::Json::array();
    result.get(kPatience);
    for (const auto& child : result.children()) all.push_back(child.get_json(kPatience));
    return all;
}

// A client of its own: its router sends large sums elsewhere.
tw::Json routed(tw::Client&) {
    auto settings = tw::load_settings(conformance::settings_from_environment());
    settings.task_routers.push_back([](const tw::RoutedCall& call) -> tw::Json {
        if (call.task != "conformance.add" || call.args[0] < 1000) return nullptr;
        return {{"queue", "large"}, {"priority", 3}};
    });
    tw::Client client(std::move(settings));
    client.delay(shop::add, 2000, 1);
    client.apply_async(shop::add.s(2000, 1), {.queue = "mine"});
    return client.delay(shop::add, 2, 1).get(kPatience);
}

tw::Json many(tw::Client& client) {
    std::vector<decltype(shop::add.s(1, 1))> calls;
    for (int i = 0; i < 2000; ++i) calls.push_back(shop::add.s(i, 1));
    return client.apply_async(tw::chord(calls, shop::tsum.s())).get(kPatience);
}

const std::map<std::string, tw::Json (*)(tw::Client&)> kExamples = {
    {"delay", &delay},
    {"send_task", &send_task},
    {"chain", &chain},
    {"group", &group},
    {"chord", &chord},
    {"upgraded", &upgraded},
    {"failure", &failure},
    {"options", &options},
    {"revoke", &revoke},
    {"patience", &patience},
    {"links", &links},
    {"many", &many},
    {"routed", &routed},
    {"ends_in_a_group", &ends_in_a_group}};

}  // namespace

int main(int count, char** words) {
    const auto example = kExamples.find(count > 1 ? words[1] : "");
    if (example == kExamples.end()) {
        std::cerr << "usage: client_example WHAT\n";
        return 2;
    }
    try {
        tw::Client client(tw::load_settings(conformance::settings_from_environment()));
        std::cout << tw::to_json_text(example->second(client)) << '\n';
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
