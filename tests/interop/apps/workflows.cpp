#include "side_channel.hpp"
#include "signatures.hpp"
#include "tasks.hpp"

namespace conformance {
namespace {

tw::Json replace_with(tw::Context& ctx, const tw::Json& sig) {
    throw ctx.replace(signature_of(sig));
}

int add_to_chord(tw::Context& ctx, const std::vector<tw::Json>& numbers) {
    for (const auto& number : numbers)
        ctx.add_to_chord(call("conformance.add", tw::Json::array({number, 0})));
    return 0;
}

std::vector<std::string> spawn(tw::Context& ctx, int n, const std::string& key) {
    std::vector<std::string> ids;
    for (int i = 0; i < n; ++i) {
        ids.push_back(
            ctx.apply_async(call("conformance.append", tw::Json::array({key, std::to_string(i)})))
        );
    }
    return ids;
}

// Where a call goes whose first argument says so: "route-to:QUEUE".
tw::Json route(const tw::RoutedCall& call) {
    constexpr std::string_view kSign = "route-to:";
    if (call.args.empty() || !call.args[0].is_string()) return nullptr;
    const auto text = call.args[0].get<std::string>();
    if (!text.starts_with(kSign)) return nullptr;
    return text.substr(kSign.size());
}

}  // namespace

void add_workflow_tasks(tw::App& app) {
    app.router(&route);
    app.task("conformance.replace_with", &replace_with, {"sig"});
    app.task("conformance.add_to_chord", &add_to_chord, {"numbers"});
    app.task("conformance.spawn", &spawn, {"n", "key"});
    app.errback(
        "conformance.errback_new",
        [](tw::Context& ctx, const tw::FailedTask& failed, const std::string& key) {
            tw::Json seen = tw::Json::object();
            seen["style"] = "new";
            seen["id"] = failed.id;
            seen["exc"] = failed.error.type;
            seen["message"] = failed.error.message;
            seen["traceback"] = !failed.error.traceback.empty();
            ctx.resource<SideChannel>().push(key, tw::to_json_text(seen));
        },
        {"key"}
    );
}

}  // namespace conformance
