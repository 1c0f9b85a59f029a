// One mistake per case, each compiled on its own by tests/api/CMakeLists.txt with -DCASE=<name>,
// which looks for the compiler's words. Without a CASE the same file must compile: the right form
// of each mistake stands beside it, so that no case can fail for another reason than its own.
#include "taskworker/taskworker.hpp"
#include "taskworker/testing.hpp"

namespace tw = taskworker;
using namespace tw::literals;

#define too_many 1
#define too_few 2
#define too_few_in_a_test 3
#define double_for_int 4
#define bool_for_int 5
#define pointer_for_bool 6
#define uint64_for_int64 7
#define text_for_int 8
#define int_for_text 9
#define unknown_keyword 10
#define keyword_of_wrong_type 11
#define positional_behind_keyword 12
#define element_that_narrows 13
#define parameter_without_name 20
#define two_of_one_name 21
#define required_behind_optional 22
#define contract_with_reference 23
#define undeclared_enum 24
#define undeclared_struct 25
#define result_without_json 26
#define body_with_fewer_parameters 30
#define body_with_other_type 31
#define body_that_narrows 32
#define body_with_other_result 33
#define body_without_result 34
#define body_with_mutable_reference 35
#define mutable_body 36
#define generic_body 37
#define alias_of_other_types 38
#define factory_of_other_type 39
#ifndef CASE
#define CASE 0
#endif

namespace {

inline constexpr tw::Task<std::string(std::string mobile, std::string code)> send_sms{
    "shop.send_sms", {"mobile", "code"}, {.queue = "sms"}};
inline constexpr tw::Task<bool(std::int64_t goods, std::optional<std::int64_t> user)> seckill{
    "shop.seckill", {"goods", "user"}};
inline constexpr tw::Task<void(bool on)> light{"shop.light", {"on"}};
inline constexpr tw::Task<int(std::vector<int> numbers)> sum{"shop.sum", {"numbers"}};
inline constexpr tw::Task<int(int x)> twice{"shop.twice", {"x"}};

enum class Colour { Red };
struct Order {
    int id;
};
#if CASE != undeclared_enum
TASKWORKER_ENUM(Colour, {Colour::Red, "red"})
#endif
#if CASE != undeclared_struct
TASKWORKER_FIELDS(Order, id)
#endif
struct Opaque {};

#if CASE == parameter_without_name
inline constexpr tw::Task<int(int x, int y)> nameless{"t", {"x"}};
#else
inline constexpr tw::Task<int(int x, int y)> nameless{"t", {"x", "y"}};
#endif
#if CASE == two_of_one_name
inline constexpr tw::Task<int(int x, int y)> doubled{"t", {"x", "x"}};
#endif
#if CASE == required_behind_optional
inline constexpr tw::Task<int(std::optional<int> x, int y)> unordered{"t", {"x", "y"}};
#else
inline constexpr tw::Task<int(int y, std::optional<int> x)> unordered{"t", {"y", "x"}};
#endif
#if CASE == contract_with_reference
inline constexpr tw::Task<int(const std::string& text)> reference{"t", {"text"}};
#else
inline constexpr tw::Task<int(std::string text)> reference{"t", {"text"}};
#endif
inline constexpr tw::Task<int(Colour colour)> paint{"t", {"colour"}};
inline constexpr tw::Task<int(Order order)> ship{"t", {"order"}};
#if CASE == result_without_json
inline constexpr tw::Task<Opaque()> opaque{"t"};
#else
inline constexpr tw::Task<Order()> opaque{"t"};
#endif

[[maybe_unused]] void calls(tw::App& app) {
#if CASE == 0
    send_sms.s("138", "1234");
    send_sms.s("138");  // the rest may come from the task before
    tw::call<send_sms>("138", "code"_arg = "1234");
    tw::testing::run(app, send_sms, "138", "1234");
    seckill.s(42);
    seckill.s(42, std::int64_t{7});
    tw::call<seckill>(42, "user"_arg = 7);
    light.s(true);
    sum.s(std::vector<int>{1});
#elif CASE == too_many
    send_sms.s("138", "1234", 5);
#elif CASE == too_few
    tw::call<send_sms>("138");
#elif CASE == too_few_in_a_test
    tw::testing::run(app, send_sms, "138");
#elif CASE == double_for_int
    seckill.s(3.7);
#elif CASE == bool_for_int
    seckill.s(true);
#elif CASE == pointer_for_bool
    light.s("on");
#elif CASE == uint64_for_int64
    seckill.s(std::uint64_t{42});
#elif CASE == text_for_int
    seckill.s("42");
#elif CASE == int_for_text
    send_sms.s(138, "1234");
#elif CASE == unknown_keyword
    tw::call<seckill>(42, "usr"_arg = 7);
#elif CASE == keyword_of_wrong_type
    tw::call<seckill>(42, "user"_arg = 3.7);
#elif CASE == positional_behind_keyword
    send_sms.s("mobile"_arg = "138", "1234");
#elif CASE == element_that_narrows
    sum.s(std::vector<double>{1.5});
#endif
}

[[maybe_unused]] void bodies(tw::App& app) {
    [[maybe_unused]] int count = 0;
#if CASE == 0
    app.task(send_sms, [](tw::Context&, const std::string& mobile, std::string code) {
        return mobile + code;
    });
    app.task(twice, [](int x) { return 2 * x; });
    app.task("t", [](int x) { return x; }, {"x"});
    app.task("u", [&count](int x) { return x + count; }, {"x"});
    app.alias(twice, twice);
    app.resource<Order>([] { return Order{1}; });
#elif CASE == body_with_fewer_parameters
    app.task(send_sms, [](std::string mobile) { return mobile; });
#elif CASE == body_with_other_type
    app.task(send_sms, [](std::string mobile, int) { return mobile; });
#elif CASE == body_that_narrows
    app.task(seckill, [](int, std::optional<std::int64_t>) { return true; });
#elif CASE == body_with_other_result
    app.task(twice, [](int x) { return 1.5 * x; });
#elif CASE == body_without_result
    app.task(twice, [](int) {});
#elif CASE == body_with_mutable_reference
    app.task(send_sms, [](std::string& mobile, std::string) { return mobile; });
#elif CASE == mutable_body
    app.task(twice, [count](int x) mutable { return x + ++count; });
#elif CASE == generic_body
    app.task(twice, [](auto x) { return x; });
#elif CASE == alias_of_other_types
    app.alias(twice, send_sms);
#elif CASE == factory_of_other_type
    app.resource<std::string>([] { return 5; });
#endif
}

}  // namespace
