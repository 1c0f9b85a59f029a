// Tasks that send, replace themselves and make signatures.
#include "../signatures.hpp"
#include "side_channel.hpp"
#include "tasks.hpp"

namespace integration {
namespace {

using conformance::call;
using conformance::chain_of;
using conformance::chord_of;
using conformance::group_of;
using conformance::immutable;
using conformance::SideChannel;
using Json = tw::Json;
using Numbers = std::vector<Json>;

tw::Signature add_of(Json x, Json y) { return call(suite("add"), Json::array({x, y})); }

tw::Signature group_of_adds(const Numbers& nums, const Json& val) {
    std::vector<tw::Signature> tasks;
    for (const auto& n : nums) tasks.push_back(add_of(n, val));
    return group_of(tasks);
}

Json list(const tw::Args& args) {
    Json all = Json::array();
    for (const auto& one : args) all.push_back(one);
    return all;
}

void add_replaced(tw::Context& ctx, const Json& x, const Json& y) {
    throw ctx.replace(add_of(x, y));
}

void fail_replaced(tw::Context& ctx, const tw::Args& args) {
    throw ctx.replace(immutable(call(suite("fail"), list(args))));
}

void add_to_all(tw::Context& ctx, const Numbers& nums, const Json& val) {
    throw ctx.replace(group_of_adds(nums, val));
}

int add_to_all_to_chord(tw::Context& ctx, const Numbers& nums, const Json& val) {
    for (const auto& n : nums) ctx.add_to_chord(add_of(n, val));
    return 0;
}

int add_chord_to_chord(tw::Context& ctx, const Numbers& nums, const Json& val) {
    ctx.add_to_chord(chord_of(group_of_adds(nums, val), call(suite("tsum"))));
    return 0;
}

// identity(*args) | then, with redis_echo behind it under the option `link`.
[[noreturn]] void replace_with_two(
    tw::Context& ctx, const tw::Args& args, const Json& link_msg, const char* then, const char* link
) {
    auto echo = call(suite("redis_echo"));
    if (!link_msg.is_null()) {
        echo.args = Json::array({link_msg});
        echo = immutable(std::move(echo));
    }
    auto chain = chain_of({call(suite("identity"), list(args)), call(suite(then))});
    chain.options[link] = Json::array({conformance::form_of(echo)});
    throw ctx.replace(std::move(chain));
}

void replace_with_chain(tw::Context& ctx, const tw::Args& args, const Json& link_msg) {
    replace_with_two(ctx, args, link_msg, "identity", "link");
}

void replace_with_chain_which_raises(tw::Context& ctx, const tw::Args& args, const Json& link_msg) {
    replace_with_two(ctx, args, link_msg, "raise_error", "link_error");
}

void replace_with_empty_chain(tw::Context& ctx, const tw::Args&) {
    throw ctx.replace(chain_of({}));
}

tw::Signature second_half(const char* task) {
    auto again = immutable(call(suite(task)));
    again.kwargs["state"] = true;
    return again;
}

void second_order_replace1(tw::Context& ctx, bool state) {
    ctx.resource<SideChannel>().push("redis-echo", state ? "Out A" : "In A");
    if (!state)
        throw ctx.replace(
            chain_of({call(suite("second_order_replace2")), second_half("second_order_replace1")})
        );
}

void second_order_replace2(tw::Context& ctx, bool state) {
    ctx.resource<SideChannel>().push("redis-echo", state ? "Out B" : "In B");
    if (!state)
        throw ctx.replace(chain_of(
            {call(suite("redis_echo"), Json::array({"In/Out C"})),
             second_half("second_order_replace2")}
        ));
}

Json build_chain_inside_task(tw::Context& ctx) {
    const auto more = [](int n) { return call(suite("add"), Json::array({n})); };
    return ctx.send(chain_of({add_of(1, 1), more(2), group_of({more(3), more(4)}), more(5)}));
}

// As a StampingVisitor leaves it.
void replace_with_stamped_task(tw::Context& ctx, const Json& replace_with) {
    auto by = replace_with.is_null() ? call(suite("replaced_with_me"))
                                     : conformance::signature_of(replace_with);
    by.options["StampOnReplace"] = "This is the replaced task";
    by.options["stamped_headers"] = Json::array({"StampOnReplace"});
    throw ctx.replace(std::move(by));
}

void replace_with_task(tw::Context& ctx, const Json& replace_with) {
    throw ctx.replace(
        replace_with.is_null() ? call(suite("replaced_with_me"))
                               : conformance::signature_of(replace_with)
    );
}

tw::Signature nest(const std::string& kind, const tw::Signature& inner) {
    if (kind == "chain") return chain_of({inner});
    if (kind == "group") return group_of({inner});
    return chord_of(inner, call(suite("add")));
}

void add_nesting_tasks(tw::App& app) {
    for (const std::string outer : {"chain", "group", "chord"})
        for (const std::string inner : {"chain", "group", "chord"})
            app.task(suite(("return_nested_signature_" + outer + "_" + inner).c_str()), [=] {
                return conformance::form_of(nest(outer, nest(inner, call(suite("add")))));
            });
    app.task(
        suite("rebuild_signature"),
        [](const Json& sig_dict) { conformance::check_signature(sig_dict); },
        {"sig_dict"}
    );
}

}  // namespace

void add_workflow_tasks(tw::App& app) {
    app.task(suite("add_replaced"), &add_replaced, {"x", "y"});
    app.task(suite("fail_replaced"), &fail_replaced);
    app.task(suite("add_to_all"), &add_to_all, {"nums", "val"});
    app.task(suite("add_to_all_to_chord"), &add_to_all_to_chord, {"nums", "val"});
    app.task(suite("add_chord_to_chord"), &add_chord_to_chord, {"nums", "val"});
    app.task(suite("replace_with_chain"), &replace_with_chain, {"args", "link_msg"_arg = nullptr});
    app.task(
        suite("replace_with_chain_which_raises"),
        &replace_with_chain_which_raises,
        {"args", "link_msg"_arg = nullptr}
    );
    app.task(suite("replace_with_empty_chain"), &replace_with_empty_chain);
    app.task(suite("second_order_replace1"), &second_order_replace1, {"state"_arg = false});
    app.task(suite("second_order_replace2"), &second_order_replace2, {"state"_arg = false});
    app.task(suite("build_chain_inside_task"), &build_chain_inside_task);
    app.task(
        suite("replace_with_stamped_task"),
        &replace_with_stamped_task,
        {"replace_with"_arg = nullptr}
    );
    app.task("t.smoke.tasks.replace_with_task", &replace_with_task, {"replace_with"_arg = nullptr});
    add_nesting_tasks(app);
    app.errback(suite("errback_new_style"), [](tw::Context& ctx, const tw::FailedTask& failed) {
        ctx.resource<SideChannel>().increment(failed.id);
        return failed.id;
    });
}

}  // namespace integration
