#pragma once

#include <functional>
#include <string>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#include "taskworker/config.hpp"
#include "taskworker/export.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"

// What an app may want to hear of: Celery's signals, as values for App::on().

namespace taskworker {

class Context;
class Resources;

// Of a process. worker_…: the main one. process_…: each one that executes tasks, before the first
// and after the last one (Celery: worker_process_init, worker_process_shutdown); with the pools
// threads and solo that is the main one.
enum class ProcessSignal {
    process_start,
    process_stop,
    worker_ready,
    worker_stop,      // the end was asked for (Celery: worker_shutting_down)
    worker_shutdown,  // all tasks have ended, all results are stored
};
using enum ProcessSignal;

// Of a task, told in the process and thread that ran it.
struct TaskPrerun {};
inline constexpr TaskPrerun task_prerun{};
enum class TaskSignal { task_success, task_failure, task_retry, task_postrun };
using enum TaskSignal;

// Of a message, told in the main process from threads that must not wait. The body is still closed:
// no args, no kwargs.
enum class MessageSignal { task_received, task_revoked, task_unknown };
using enum MessageSignal;

// What the handler of a ProcessSignal gets.
class TASKWORKER_EXPORT Process {
public:
    Process(Resources& made, std::string name) : made_(&made), node_(std::move(name)) {}
    const std::string& node() const { return node_; }  // "celery@host"
    const Settings& settings() const;
    // As Context::resource(): made now if it was not yet.
    template <class T>
    T& resource() const {
        return *static_cast<T*>(find_resource(typeid(T)));
    }

private:
    void* find_resource(std::type_index type) const;
    Resources* made_;
    std::string node_;
};

// All that App::on() was given.
struct Handlers {
    std::vector<std::pair<ProcessSignal, std::function<void(const Process&)>>> of_process;
    std::vector<std::function<void(Context&)>> before_tasks;
    std::vector<std::pair<TaskSignal, std::function<void(Context&, const Outcome&)>>> of_tasks;
    std::vector<std::pair<MessageSignal, std::function<void(const Request&)>>> of_messages;
};

}  // namespace taskworker
