#include "cli/new_module.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "taskworker/errors.hpp"
#include "taskworker/version.hpp"

namespace taskworker {
namespace {

constexpr std::string_view kCMake = R"(cmake_minimum_required(VERSION 3.25)
project(@NAME@ LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()

find_package(taskworker @VERSION@ REQUIRED)

# @NAME@.so, which `taskworker -A @NAME@` loads.
taskworker_add_app(@NAME@ SOURCES app.cpp)

enable_testing()
add_executable(@NAME@_test app_test.cpp $<TARGET_OBJECTS:@NAME@>)
target_link_libraries(@NAME@_test PRIVATE taskworker::taskworker)
add_test(NAME @NAME@_test COMMAND @NAME@_test)
)";

constexpr std::string_view kTasks = R"(#pragma once

#include <taskworker/task.hpp>

#include <string>

// The contracts: name, parameters and result of each task. Producers in C++ include this file and
// nothing else; producers in Python call "@NAME@.add" by its name.
namespace @NAME@_tasks {

inline constexpr taskworker::Task<int(int x, int y)> add{"@NAME@.add", {"x", "y"}};

inline constexpr taskworker::Task<std::string(std::string name)> greet{"@NAME@.greet", {"name"}};

}  // namespace @NAME@_tasks
)";

constexpr std::string_view kApp = R"(#include <taskworker/taskworker.hpp>

#include <chrono>

@TASKS@

using namespace std::chrono_literals;

namespace {

int add_impl(int x, int y) { return x + y; }

// With tw::Context& first a task sees its call, as bind=True does in Celery.
std::string greet_impl(tw::Context& ctx, const std::string& name) {
    if (name.empty()) throw tw::TaskError("ValueError", "whom?");
    ctx.log().info("greeting " + name);
    return "hello, " + name;
}

}  // namespace

TASKWORKER_MODULE(app) {
    app.task(@NAME@_tasks::add, &add_impl);
    app.task(@NAME@_tasks::greet, &greet_impl, {.max_retries = 3, .time_limit = 30s});
}
)";

constexpr std::string_view kTest = R"(#include <taskworker/taskworker.hpp>
#include <taskworker/testing.hpp>

#include <cstdio>

@TASKS@

extern "C" void taskworker_module(tw::App*);  // what TASKWORKER_MODULE in app.cpp defines

// Tasks run here in place: no broker, no worker. What a task ends with is a value.
int main() {
    tw::App app;
    taskworker_module(&app);

    int failures = 0;
    const auto expect = [&](const char* what, bool is_so) {
        if (is_so) return;
        std::printf("FAILED: %s\n", what);
        ++failures;
    };

    const auto sum = tw::testing::run(app, @NAME@_tasks::add, 2, 3);
    expect("2 + 3 is 5", std::holds_alternative<tw::Success>(sum) && std::get<tw::Success>(sum).value == 5);

    const auto greeting = tw::testing::run(app, @NAME@_tasks::greet, "you");
    expect("you are greeted", std::holds_alternative<tw::Success>(greeting) &&
                                  std::get<tw::Success>(greeting).value == "hello, you");

    expect("nobody is a mistake", std::holds_alternative<tw::Failure>(tw::testing::run(app, @NAME@_tasks::greet, "")));
    return failures == 0 ? 0 : 1;
}
)";

constexpr std::string_view kReadme = R"(# @NAME@

Tasks in C++ for Celery's protocol, run by taskworker.

| File | |
|---|---|
| `tasks.hpp` | the contracts: names, parameters, results |
| `app.cpp` | the tasks, and the list of what this module offers |
| `app_test.cpp` | tests, without broker and worker |

Build and test:

    cmake -S . -B build
    cmake --build build
    ctest --test-dir build --output-on-failure

Should CMake not find taskworker: `-D CMAKE_PREFIX_PATH=PREFIX` where it is installed, or
`-D taskworker_DIR=FOLDER/package` with the folder that it was built in.

Run, with a Redis at its usual place:

    taskworker -A build/@NAME@.so registered
    taskworker -A build/@NAME@.so --result-backend redis://127.0.0.1:6379/1 worker -l info

and from somewhere else:

    taskworker call @NAME@.greet -a '["you"]'
    taskworker --result-backend redis://127.0.0.1:6379/1 result ID --watch

From Python:

    from celery import Celery
    app = Celery(broker="redis://127.0.0.1:6379/0", backend="redis://127.0.0.1:6379/1")
    print(app.send_task("@NAME@.add", (2, 3)).get(timeout=5))
)";

std::string filled(std::string_view text, std::string_view name) {
    std::string out;
    while (!text.empty()) {
        const auto at = text.find('@');
        out += text.substr(0, at);
        if (at == text.npos) break;
        const auto end = text.find('@', at + 1);
        const auto word = text.substr(at + 1, end - at - 1);
        if (word == "NAME") out += name;
        if (word == "VERSION") out += TASKWORKER_VERSION;
        if (word == "TASKS") out += "#include \"tasks.hpp\"";
        text.remove_prefix(end + 1);
    }
    return out;
}

bool is_a_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !name.empty() && name.size() <= 60 && letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
               return letter(c) || c == '_' || (c >= '0' && c <= '9');
           });
}

std::string printable(std::string_view name) {
    std::string out(name.substr(0, 60));
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 32) c = '?';
    return out;
}

// What it could be called instead.
std::string near_name(std::string_view name) {
    std::string out;
    for (const char c : name.substr(0, 60)) out += is_a_name(std::string("x") + c) ? c : '_';
    if (!is_a_name(out)) out = "tasks_" + out;
    return out;
}

}  // namespace

std::vector<NewFile> new_module(std::string_view name) {
    // Targets that CMake has itself, and our package.
    constexpr std::array<std::string_view, 7> kTaken = {
        "all", "test", "clean", "help", "install", "package", "taskworker"};
    if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end())
        throw ConfigError(
            fmt::format("new {}: that name is taken, e.g. {}_tasks is not", name, name)
        );
    if (!is_a_name(name))
        throw ConfigError(fmt::format(
            "new '{}': must be letters, digits and _, a letter first, e.g. {}",
            printable(name),
            near_name(name)
        ));
    return {
        {"CMakeLists.txt", filled(kCMake, name)},
        {"tasks.hpp", filled(kTasks, name)},
        {"app.cpp", filled(kApp, name)},
        {"app_test.cpp", filled(kTest, name)},
        {"README.md", filled(kReadme, name)},
        {".gitignore", "build/\n"},
    };
}

}  // namespace taskworker
