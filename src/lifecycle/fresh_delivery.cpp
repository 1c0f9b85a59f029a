#include "lifecycle/fresh_delivery.hpp"

#include "lifecycle/deaths.hpp"
#include "message/publish.hpp"

namespace taskworker {

std::string as_fresh_delivery(const std::string& raw) {
    return edit_delivery(raw, {.drop = {"redelivered", kDeathsHeader}}, {.drop = {"redelivered"}});
}

}  // namespace taskworker
