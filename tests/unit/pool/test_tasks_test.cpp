// Not a test: the tasks of the tests, and a main() that can be child or parent of a pool as well.
#include "unit/pool/test_tasks.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "message/decode.hpp"
#include "message/envelope.hpp"
#include "pool/child_pool.hpp"
#include "pool/child_process.hpp"
#include "unit/pool/recorder.hpp"

namespace taskworker::testing_pool {
namespace {

Success success(const std::string& text) { return {nullptr, '"' + text + '"', "'" + text + "'"}; }

void wait_for(const std::stop_token& token) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait(lock, token, [] { return false; });
}

void spin(Seconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) continue;
}

// The page that tells the parent which job has begun, found as hostile code would.
void overwrite_page() {
    void* at = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, kChildMemory, 0);
    std::fill_n(static_cast<unsigned char*>(at), 4096, 0xff);
}

void send_garbage() {
    const std::string garbage(100, '\xff');
    ::send(kChildSocket, garbage.data(), garbage.size(), 0);
}

int nth_try(const std::string& file) {
    std::ofstream(file, std::ios::app) << "x";
    return static_cast<int>(std::filesystem::file_size(file));
}

Outcome talk(const Request& request, TaskPort& port) {
    port.update_state(request, "PROGRESS", Json::object({{"done", 1}}));
    port.send_event(request, "task-halfway", Json::object({{"percent", 50}}));
    port.log(request, 3, "half way");
    return success("talked");
}

Outcome misbehave(const std::string& verb, const std::string& argument) {
    if (verb == "die") ::kill(::getpid(), std::stoi(argument));
    if (verb == "cry") {
        std::fputs(argument.c_str(), stderr);
        ::kill(::getpid(), SIGKILL);
    }
    if (verb == "exit") ::_exit(std::stoi(argument));
    if (verb == "overwrite") {
        overwrite_page();
        ::kill(::getpid(), SIGKILL);
    }
    if (verb == "garbage") {
        send_garbage();
        ::pause();
    }
    if (verb == "eat") {
        const auto bytes = std::stoul(argument) << 20;
        static char* kept = nullptr;
        kept = static_cast<char*>(std::malloc(bytes));
        std::memset(kept, 'x', bytes);
    }
    return success("survived");
}

}  // namespace

Outcome run_test_task(const Job& job, TaskPort& port) {
    const auto& request = job.delivery->request;
    const auto colon = request.task.find(':');
    const auto verb = request.task.substr(0, colon);
    const auto argument = colon == std::string::npos ? "" : request.task.substr(colon + 1);
    if (verb == "echo") return success(argument);
    if (verb == "fail") return full_failure();
    if (verb == "retry") return full_retry();
    if (verb == "nap") {
        std::this_thread::sleep_for(std::chrono::milliseconds(std::stoi(argument)));
        return success("slept");
    }
    if (verb == "open") {
        FileDescriptor(::open(argument.c_str(), O_RDONLY));
        return success("opened");
    }
    if (verb == "soft") {
        wait_for(port.soft_limit());
        return Failure{"SoftTimeLimitExceeded", "billiard.exceptions"};
    }
    if (verb == "stoppable") {
        wait_for(port.stop());
        return Failure{"TaskStopped"};
    }
    if (verb == "talk") return talk(request, port);
    if (verb == "big")
        return success(std::string(static_cast<std::size_t>(std::stoi(argument)), 'x'));
    if (verb == "spin") {
        spin(Seconds(std::stod(argument) * 1e-6));
        return success("spun");
    }
    if (verb == "print") {
        std::printf("%s\nlast %s", argument.c_str(), argument.c_str());
        std::fprintf(stderr, "bad %s\n", argument.c_str());
        return success("printed");
    }
    return misbehave(verb, argument);
}

Failure full_failure() {
    return {"SmsGatewayError", "cpp.errors", Json::array({"no é", 3}), "no é", "Traceback", true};
}

RetryLater full_retry() {
    RetryLater retry;
    retry.eta = TimePoint(std::chrono::microseconds(1'700'000'000'123'456));
    retry.countdown = Seconds(2.5);
    retry.cause = full_failure();
    retry.args = Json::array({1});
    retry.queue = "other";
    retry.headers = Json::object({{"x", "y"}});
    return retry;
}

Job a_job(const std::string& id, const std::string& task) {
    auto raw = fmt::format(
        R"({{"body": "W1tdLCB7fSwge31d", "content-encoding": "utf-8", "content-type": "application/json", )"
        R"("headers": {{"lang": "py", "task": "{}", "id": "{}", "root_id": "{}", "retries": 0}}, )"
        R"("properties": {{"correlation_id": "{}", "delivery_tag": "t-{}", "body_encoding": "base64", )"
        R"("delivery_info": {{"exchange": "", "routing_key": "celery"}}, "priority": 0}}}})",
        task,
        id,
        id,
        id,
        id
    );
    auto delivery = std::make_shared<Delivery>();
    delivery->tag = "tag-" + id;
    delivery->queue = delivery->list = "celery";
    delivery->message = std::get<Message>(parse_envelope(std::move(raw)));
    const std::vector<std::string> accept{"json"};
    delivery->request = std::get<Request>(decode(delivery->message, accept));
    static const TaskDef task_def{};
    return Job{std::move(delivery), &task_def, {}, {}};
}

ChildIdentity test_identity() { return {own_build_id(), 4711}; }

int pool_child_main(const std::string& mode) {
    return run_child([&](const InitFrame&) {
        auto identity = test_identity();
        if (mode == "other-code") identity.build_id = "feed";
        if (mode == "other-tasks") identity.registry_hash = 1;
        if (mode.rfind("throws-twice:", 0) == 0 && nth_try(mode.substr(13)) <= 2) {
            throw std::runtime_error("no database");
        }
        if (mode.rfind("hangs-once:", 0) == 0 && nth_try(mode.substr(11)) == 1) ::pause();
        static const TaskDef task_def{};
        return ChildApp{identity, [](std::string_view) { return &task_def; }, run_test_task};
    });
}

int pool_parent_main(const std::string& fifo) {
    Recorder recorder;
    ChildPoolOptions options;
    options.arguments = {"pool-child", "normal"};
    options.identity = test_identity();
    ChildPool pool(options);
    pool.start(recorder);
    pool.submit({a_job("1", "open:" + fifo)});
    if (!recorder.wait([&] { return recorder.starts.size() == 1; })) return 1;
    std::printf("%d\n", recorder.starts.at(0).pid);
    std::fflush(stdout);
    for (;;) ::pause();
}

}  // namespace taskworker::testing_pool

int main(int argc, char** argv) {
    const std::string role = argc > 2 ? argv[1] : "";
    if (role == "pool-child") return taskworker::testing_pool::pool_child_main(argv[2]);
    if (role == "pool-parent") return taskworker::testing_pool::pool_parent_main(argv[2]);
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
