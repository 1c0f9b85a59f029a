#include "taskworker/testing.hpp"

#include <array>
#include <stdexcept>

#include "message/python_json.hpp"
#include "task/resources.hpp"
#include "task/run_request.hpp"

namespace taskworker::testing {
namespace {

class RecordingPort final : public TaskPort {
public:
    RecordingPort(Run& run, bool struck) : run_(run) {
        if (struck) soft_limit_.request_stop();
    }
    void update_state(const Request&, const std::string& state, const Json& meta) override {
        const std::lock_guard lock(mutex_);
        run_.states.push_back({state, meta});
    }
    void send_event(const Request&, const std::string& type, const Json& fields) override {
        const std::lock_guard lock(mutex_);
        run_.events.push_back({type, fields});
    }
    void send(const Request&, Spawned spawned) override {
        const std::lock_guard lock(mutex_);
        for (auto& child : spawned.children) run_.sent.push_back(std::move(child));
    }
    void log(const Request&, int level, const std::string& text) override {
        static constexpr std::array kLevels = {
            "trace", "debug", "info", "warning", "error", "critical"};
        const std::lock_guard lock(mutex_);
        run_.log.push_back(std::string(kLevels.at(static_cast<std::size_t>(level))) + ": " + text);
    }
    std::stop_token soft_limit() const override { return soft_limit_.get_token(); }
    std::stop_token stop() const override { return {}; }

private:
    std::mutex mutex_;
    Run& run_;  // guarded by mutex_
    std::stop_source soft_limit_;
};

// As on the wire; what cannot be written or read there is the test's own mistake.
Json through_text(const Json& value) {
    auto read = parse_json(to_json_text(value));
    if (const auto* error = std::get_if<JsonError>(&read)) throw std::invalid_argument(error->why);
    return std::get<Json>(std::move(read));
}

}  // namespace

Run record(const App& app, Request request, const Settings& settings, bool soft_limit_struck) {
    Run run;
    const TaskDef* task = app.find(request.task);
    if (task == nullptr) {
        run.outcome = Unregistered{};
        return run;
    }
    request.args = through_text(request.args);
    request.kwargs = through_text(request.kwargs);
    RecordingPort port(run, soft_limit_struck);
    Resources resources(app, settings);
    Luck luck(1);
    const Moment moment{std::chrono::system_clock::now(), luck, "celery@test", settings};
    run.outcome = run_request(*task, request, port, resources, moment);
    return run;
}

Run record(const App& app, Request request) { return record(app, std::move(request), Settings{}); }

}  // namespace taskworker::testing
