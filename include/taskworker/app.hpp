#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "taskworker/body.hpp"
#include "taskworker/config.hpp"
#include "taskworker/export.hpp"
#include "taskworker/failed_task.hpp"
#include "taskworker/routes.hpp"
#include "taskworker/signals.hpp"
#include "taskworker/task.hpp"
#include "taskworker/task_def.hpp"

namespace taskworker {

// How a resource is made; see App::resource().
struct ResourceFactory {
    std::type_index type;
    std::string name;  // of the type, for messages
    std::function<std::shared_ptr<void>(const Settings&)> make;
};

// Settings that a module brings along: one layer above the defaults (docs/configuration.md).
struct ModuleSettings {
    Json settings;
    unknown names = unknown::refuse;
};

using ControlCommand = std::function<Json(const Json& arguments)>;

// The list of all that a module offers. Filled once, by one thread, in TASKWORKER_MODULE; from then
// on only read, by any thread. Every registration throws ConfigError when it is wrong (a name twice
// …).
class TASKWORKER_EXPORT App {
public:
    App();
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    // The body of a contract: a function or a lambda. It is called from several threads at once
    // where the pool is `threads`. With Context& first it is Celery's bind=True.
    template <class R, class... P, class Fn>
    void task(const Task<R(P...)>& contract, Fn body, TaskOptions options = {}) {
        add(make_task(
            contract.name(),
            contract.table(),
            detail::erase_body<R, std::tuple<P...>>(std::move(body), contract.parameters()),
            std::move(options)
        ));
    }

    // Without a contract: name, body, the names of its parameters. Python producers need no more.
    //   app.task("shop.add", [](int x, int y) { return x + y; }, {"x", "y"_arg = 1});
    template <class Fn>
    void task(
        std::string_view name,
        Fn body,
        std::initializer_list<ParameterSpec> parameters = {},
        TaskOptions options = {}
    ) {
        using F = typename detail::BodyTypes<Fn>::contract;
        const auto contract = [&] {
            try {
                return Task<F>(name, parameters);
            } catch (const std::logic_error& wrong) {
                detail::refuse_registration(name, wrong.what());
            }
        }();
        task(contract, std::move(body), std::move(options));
    }
    template <class Fn>
    void task(std::string_view name, Fn body, TaskOptions options) {
        task(name, std::move(body), {}, std::move(options));
    }

    // A further name for a task that is registered already: the same body, parameters and options.
    void alias(std::string_view name, std::string_view of);
    template <class F>
    void alias(std::string_view name, const Task<F>& of) {
        alias(name, of.name());
    }
    template <class F, class G>
    void alias(const Task<F>& name, const Task<G>& of) {
        static_assert(std::same_as<F, G>, "an alias has the types of the task that it stands for");
        alias(name.name(), of.name());
    }

    // Called when a task fails that has it as link_error, in the worker where it failed: Celery's
    // errbacks of the new style. `void body(const tw::FailedTask& failed, …)`, with Context&
    // before it if wanted; `parameters` names the others. Python producers link it by its name like
    // any task.
    template <class Fn>
    void errback(
        std::string_view name,
        Fn body,
        std::initializer_list<ParameterSpec> parameters = {},
        TaskOptions options = {}
    ) {
        task(
            name,
            detail::errback_body(std::function{std::move(body)}),
            parameters,
            std::move(options)
        );
        mark_errback(name);
    }

    // One T per executing process, made at its first use by `factory(settings)` or `factory()`,
    // which returns a T, or a unique_ptr or shared_ptr to one; destroyed when the process ends, the
    // last one first. Tasks get it with ctx.resource<T>(); with the pool `threads` they share it.
    template <class T, class Factory>
    void resource(Factory factory) {
        add(
            {typeid(T),
             detail::type_text<T>(),
             [factory = std::move(factory)](const Settings& settings) {
                 return detail::make_resource<T>(factory, settings);
             }}
        );
    }

    // Celery's signals (signals.hpp): app.on(tw::task_failure, [](tw::Context& ctx, …) {…}). In the
    // order of registration; what a handler throws is logged and changes nothing.
    void on(ProcessSignal signal, std::function<void(const Process&)> handler);
    void on(TaskPrerun, std::function<void(Context&)> handler);
    void on(TaskSignal signal, std::function<void(Context&, const Outcome&)> handler);
    void on(MessageSignal signal, std::function<void(const Request&)> handler);

    // Options for a task that is registered already, or for all of them ("*"), under Celery's
    // names: app.annotate("shop.add", {{"rate_limit", "10/s"}}). The setting task_annotations does
    // it from outside. A name that nobody registered changes nothing.
    void annotate(std::string_view task, const Json& options);

    // Where what this app's tasks send goes (routes.hpp): asked before the setting task_routes, in
    // the order of registration. A Client outside of a worker has its own: Settings::task_routers.
    void router(Router router);

    // Settings under Celery's names. unknown::ignore: pass over the ones that taskworker does not
    // know.
    void config(Json settings, unknown names = unknown::refuse);

    // A remote control command of the app's own: `celery control shop.reload`. It is called in the
    // worker's main process, one command at a time, so it must be quick; what it returns is the
    // reply, what it throws is told as the error. `arguments` is an object.
    void control(std::string_view name, ControlCommand command);

    const ControlCommand* find_control(std::string_view name) const;  // null: there is none
    const TaskDef* find(std::string_view name) const;                 // null: not registered
    std::vector<std::string> names() const;                           // sorted
    const std::vector<ResourceFactory>& resources() const;
    const std::vector<ModuleSettings>& configured() const;
    const std::vector<Router>& routers() const;
    const Handlers& handlers() const;

private:
    template <class... P>
    static TaskDef make_task(
        std::string_view name,
        const detail::ParameterTable<P...>& table,
        detail::ErasedBody body,
        TaskOptions options
    ) {
        return make_task(
            name,
            table.specs,
            table.kinds,
            {detail::is_optional<P>...},
            std::move(body),
            std::move(options)
        );
    }
    static TaskDef make_task(
        std::string_view name,
        std::span<const ParameterSpec> specs,
        std::span<const Parameter::Kind> kinds,
        std::initializer_list<bool> optional,
        detail::ErasedBody body,
        TaskOptions options
    );
    void mark_errback(std::string_view name);
    void add(TaskDef task);
    void add(ResourceFactory factory);

    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace taskworker
