#include "cli/settings_rows.hpp"

namespace taskworker {
namespace {

struct Refusal {
    Area area;
    std::string_view name;
    Shape shape;
    std::string_view fallback;
};

Setting refused(const Refusal& row, std::string_view instead) {
    return {
        .area = row.area,
        .name = row.name,
        .standing = Setting::Standing::Refused,
        .shape = row.shape,
        .fallback = row.fallback,
        .help = instead};
}

}  // namespace

// clang-format off
std::vector<Setting> refused_settings() {
    using enum Area;
    using enum Shape;
    std::vector<Setting> all;
    const auto add = [&](std::string_view instead, std::initializer_list<Refusal> rows) {
        for (const auto& row : rows) all.push_back(refused(row, instead));
    };
    add("write it into broker_url",
        {
            {Broker, "broker_host", Text, "null"},
            {Broker, "broker_port", Int, "null"},
            {Broker, "broker_user", Text, "null"},
            {Broker, "broker_password", Text, "null"},
        });
    add("write it into broker_url, as the number of the database",
        {
            {Broker, "broker_vhost", Text, "null"},
        });
    add("write it into broker_url, as its scheme",
        {
            {Broker, "broker_transport", Text, "null"},
        });
    add("must be json, all else is not written",
        {
            {Broker, "event_serializer", Text, R"("json")"},
        });
    add("use task_acks_on_failure_or_timeout",
        {
            {Tasks, "task_acks_on_failure", Bool, "null"},
            {Tasks, "task_acks_on_timeout", Bool, "null"},
        });
    return all;
}
// clang-format on

}  // namespace taskworker
