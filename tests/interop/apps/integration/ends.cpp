// Tasks that fail.
#include "tasks.hpp"

namespace integration {
namespace {

void fail(const tw::Args& args) {
    auto all = tw::Json::array({"Task expected to fail"});
    all.insert(all.end(), args.list.begin(), args.list.end());
    throw suite_error("ExpectedException", std::move(all));
}

}  // namespace

void add_end_tasks(tw::App& app) {
    app.task(
        suite("return_exception"),
        [](const tw::Json& e) {
            return tw::Json::array({e, true});
        },
        {"e"}
    );
    app.task(suite("raise_error"), [](const tw::Args&) {
        throw tw::TaskError("ValueError", "deliberate error");
    });
    app.task(suite("fail"), &fail);
    app.task(
        suite("fail_unpickleable"),
        [](const tw::Json& foo, const tw::Json&) {
            throw suite_error("UnpickleableException", tw::Json::array({foo}));
        },
        {"foo", "bar"}
    );
}

}  // namespace integration
