#include "arithmetic.hpp"
#include "tasks.hpp"
#include "types.hpp"

namespace conformance {
namespace {

constexpr const char* kUnicode =
    "naïve Ωμέγα Привет עברית العربية हिन्दी 日本語 한국어 "
    "\U0001F43F\uFE0F\U0001F469\u200D\U0001F680 \u2028\u2029 \"\\/\b\f\n\r\t end";

std::size_t code_points(const std::string& text) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins));
}

std::size_t size(const tw::Json& value) {
    const auto kind = kind_of(value);
    if (kind == "str") return code_points(value.get_ref<const std::string&>());
    if (kind == "bytes") return tw::from_json<tw::Bytes>(value).data.size();
    if (kind == "list" || kind == "dict") return value.size();
    throw type_error("object of type '" + std::string(type_name(value)) + "' has no len()");
}

tw::Bytes every_byte() {
    tw::Bytes bytes;
    for (int byte = 0; byte < 256; ++byte) bytes.data += static_cast<char>(byte);
    return bytes;
}

tw::Json typed(const std::string& kind) {
    const tw::Date date{2026, 2, 3};
    const tw::Time time{4, 5, 6, 789'000};
    if (kind == "datetime") {
        auto utc = time;
        utc.offset = 0;
        return tw::DateTime(date, utc);
    }
    if (kind == "date") return date;
    if (kind == "time") return time;
    if (kind == "decimal") return tw::Decimal("12345678901234567890.123456789");
    if (kind == "uuid") return tw::Uuid::parse("12345678-1234-5678-1234-567812345678").value();
    if (kind == "bytes") return every_byte();
    throw tw::TaskError("KeyError", kind);
}

tw::Json echo(const tw::Args& args, const tw::Kwargs& kwargs) {
    tw::Json seen = tw::Json::object();
    seen["args"] = args.list;
    seen["kwargs"] = kwargs.dict;
    return seen;
}

}  // namespace

void add_value_tasks(tw::App& app) {
    app.task("conformance.add", &add, {"x", "y"});
    app.task("conformance.mul", &mul, {"x", "y"});
    app.task("conformance.tsum", &tsum, {"numbers"});
    app.task("conformance.identity", [](tw::Json x) { return x; }, {"x"});
    app.task("conformance.echo", &echo);
    app.task("conformance.noop", [](const tw::Args&, const tw::Kwargs&) {});
    app.task("conformance.big", [](std::uint32_t n) { return std::string(n, 'x'); }, {"n"});
    app.task("conformance.size", &size, {"value"});
    app.task("conformance.unicode", [] { return kUnicode; });
    app.task(
        "conformance.describe",
        [](const tw::Json& value) { return std::string(kind_of(value)); },
        {"value"}
    );
    app.task("conformance.typed", &typed, {"kind"});
}

}  // namespace conformance
