#include "taskworker/app.hpp"

#include <map>

#include "task/annotations.hpp"
#include "task/builtins.hpp"
#include "task/type_name.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

struct App::State {
    std::map<std::string, TaskDef, std::less<>> tasks;
    std::vector<ResourceFactory> resources;
    std::vector<ModuleSettings> settings;
    std::vector<Router> routers;
    std::map<std::string, ControlCommand, std::less<>> controls;
    Handlers handlers;
};

App::App() : state_(std::make_unique<State>()) {}
App::~App() = default;

TaskDef App::make_task(
    std::string_view name,
    std::span<const ParameterSpec> specs,
    std::span<const Parameter::Kind> kinds,
    std::initializer_list<bool> optional,
    detail::ErasedBody body,
    TaskOptions options
) {
    TaskDef task;
    task.name = name;
    task.options = std::move(options);
    task.signature = std::move(body.signature);
    task.invoke = std::move(body.invoke);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        const bool has_default = specs[i].kind() != ParameterSpec::Default::None;
        const bool plain =
            kinds[i] == Parameter::Kind::Plain || kinds[i] == Parameter::Kind::KeywordOnly;
        const bool required = plain && !has_default && !std::data(optional)[i];
        if (!required && plain && body.needs_value[i] && specs[i].fallback().is_null()) {
            detail::refuse_registration(
                name,
                "parameter '" + std::string(specs[i].name()) +
                    "' may be left out, but has no default and the body takes no std::optional"
            );
        }
        task.parameters.push_back(
            {std::string(specs[i].name()), kinds[i], required, specs[i].fallback()}
        );
    }
    return task;
}

void App::add(TaskDef task) {
    if (task.name.empty()) throw ConfigError("a task needs a name");
    auto name = task.name;
    if (!state_->tasks.try_emplace(name, std::move(task)).second) {
        throw ConfigError("task '" + name + "' is registered twice");
    }
}

void App::mark_errback(std::string_view name) { state_->tasks.find(name)->second.errback = true; }

void App::alias(std::string_view name, std::string_view of) {
    const TaskDef* known = find(of);
    if (known == nullptr) {
        throw ConfigError(
            "alias '" + std::string(name) + "' stands for task '" + std::string(of) +
            "', which is not registered"
        );
    }
    TaskDef copy = *known;
    copy.name = name;
    add(std::move(copy));
}

void App::add(ResourceFactory factory) {
    for (const auto& known : state_->resources) {
        if (known.type == factory.type) {
            throw ConfigError("resource " + factory.name + " is registered twice");
        }
    }
    state_->resources.push_back(std::move(factory));
}

void App::on(ProcessSignal signal, std::function<void(const Process&)> handler) {
    state_->handlers.of_process.emplace_back(signal, std::move(handler));
}
void App::on(TaskPrerun, std::function<void(Context&)> handler) {
    state_->handlers.before_tasks.push_back(std::move(handler));
}
void App::on(TaskSignal signal, std::function<void(Context&, const Outcome&)> handler) {
    state_->handlers.of_tasks.emplace_back(signal, std::move(handler));
}
void App::on(MessageSignal signal, std::function<void(const Request&)> handler) {
    state_->handlers.of_messages.emplace_back(signal, std::move(handler));
}

void App::annotate(std::string_view task, const Json& options) {
    for (auto& [name, known] : state_->tasks) {
        if (task != "*" && task != name) continue;
        if (const auto broken = annotate_options(known.options, options))
            throw ConfigError("annotation of '" + std::string(task) + "': " + *broken);
    }
}

void App::router(Router router) {
    if (!router) throw ConfigError("a router needs a function");
    state_->routers.push_back(std::move(router));
}

void App::config(Json settings, unknown names) {
    if (!settings.is_object()) throw ConfigError("app.config() takes a JSON object of settings");
    state_->settings.push_back({std::move(settings), names});
}

void App::control(std::string_view name, ControlCommand command) {
    if (name.empty() || !command)
        throw ConfigError("a control command needs a name and a function");
    if (!state_->controls.try_emplace(std::string(name), std::move(command)).second)
        throw ConfigError("control command '" + std::string(name) + "' is registered twice");
}

const ControlCommand* App::find_control(std::string_view name) const {
    const auto found = state_->controls.find(name);
    return found == state_->controls.end() ? nullptr : &found->second;
}

const TaskDef* App::find(std::string_view name) const {
    const auto found = state_->tasks.find(name);
    return found == state_->tasks.end() ? find_builtin(name) : &found->second;
}

std::vector<std::string> App::names() const {
    std::vector<std::string> names;
    for (const auto& [name, task] : state_->tasks) names.push_back(name);
    return names;
}

const std::vector<ResourceFactory>& App::resources() const { return state_->resources; }
const std::vector<ModuleSettings>& App::configured() const { return state_->settings; }
const std::vector<Router>& App::routers() const { return state_->routers; }
const Handlers& App::handlers() const { return state_->handlers; }

namespace detail {

void refuse_registration(std::string_view task, std::string_view why) {
    throw ConfigError("task '" + std::string(task) + "': " + std::string(why));
}

std::string class_name(const std::type_info& type) {
    const TypeName name = type_name(type);
    return name.scope.empty() ? name.name : name.scope + "." + name.name;
}

}  // namespace detail
}  // namespace taskworker
