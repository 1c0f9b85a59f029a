#include <cstdint>
#include <fstream>
#include <iostream>

#include "arithmetic.hpp"
#include "tasks.hpp"

namespace integration {
namespace {

using conformance::add;
using conformance::tsum;

// bool() of Python.
bool is_true(const tw::Json& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number()) return value.get<double>() != 0;
    if (value.is_string()) return !value.get_ref<const std::string&>().empty();
    return !value.is_null() && !value.empty();
}

tw::Json add_three(tw::Json x, const tw::Json& y, const tw::Json& z) {
    auto sum = add(std::move(x), y);
    return is_true(z) ? add(std::move(sum), z) : sum;
}

tw::Json xsum(const std::vector<tw::Json>& numbers) {
    tw::Json total = 0;
    for (const auto& item : numbers) total = add(total, item.is_array() ? tsum(item) : item);
    return total;
}

tw::Json delayed_sum(tw::Context& ctx, const tw::Json& numbers, double pause) {
    ctx.sleep(tw::Seconds(pause));
    return tsum(numbers);
}

tw::Json guarded_sum(tw::Context& ctx, const tw::Json& numbers, double pause) {
    try {
        return delayed_sum(ctx, numbers, pause);
    } catch (const tw::SoftTimeLimitExceeded&) {
        return 0;
    }
}

void sleeping(tw::Context& ctx, double seconds, const tw::Kwargs&) {
    ctx.sleep(tw::Seconds(seconds));
}

std::int64_t write_to_file(const std::string& name, std::int64_t number) {
    std::ofstream file(name, std::ios::app);
    file << number << '\n';
    file.close();
    if (!file) throw tw::TaskError("OSError", "cannot write " + name);
    return number;
}

void print_unicode(tw::Context& ctx, const std::string& logged, const std::string& printed) {
    ctx.log().warning(logged);
    std::cout << printed << std::endl;
}

struct Summands {
    tw::Json x, y;
};
TASKWORKER_FIELDS(Summands, x, y)

tw::Json add_summands(const Summands& data) { return {{"result", add(data.x, data.y)}}; }

}  // namespace

void add_value_tasks(tw::App& app) {
    app.task(suite("identity"), [](const tw::Json& x) { return x; }, {"x"});
    app.task(suite("add"), &add_three, {"x", "y", "z"_arg = nullptr});
    app.task(suite("add_not_typed"), &add, {"x", "y"});
    app.task(suite("add_ignore_result"), &add, {"x", "y"}, {.ignore_result = true});
    app.task(suite("mul"), &conformance::mul, {"x", "y"});
    app.task(suite("tsum"), &tsum, {"nums"});
    app.task(suite("xsum"), &xsum, {"nums"});
    app.task(suite("delayed_sum"), &delayed_sum, {"numbers", "pause_time"_arg = 1});
    app.task(suite("delayed_sum_with_soft_guard"), &guarded_sum, {"numbers", "pause_time"_arg = 1});
    app.task(suite("sleeping"), &sleeping, {"i", "_"});
    app.task(suite("write_to_file_and_return_int"), &write_to_file, {"file_name", "i"});
    app.task(
        suite("print_unicode"),
        &print_unicode,
        {"log_message"_arg = "håå®ƒ valmuefrø", "print_message"_arg = "hiöäüß"}
    );
    app.task(suite("add_pydantic"), &add_summands, {"data"});
    app.task(suite("add_pydantic_string_annotations"), &add_summands, {"data"});
    app.task(suite("replaced_with_me"), [] { return true; });
}

}  // namespace integration
