#include <vector>

#include "taskworker/module.hpp"

namespace taskworker {
namespace {

std::vector<std::pair<std::string_view, std::string_view>> entries(std::string_view stamp) {
    std::vector<std::pair<std::string_view, std::string_view>> found;
    while (!stamp.empty()) {
        const auto end = stamp.find(';');
        const auto entry = stamp.substr(0, end);
        const auto sign = entry.find('=');
        if (sign == std::string_view::npos) return {};
        found.emplace_back(entry.substr(0, sign), entry.substr(sign + 1));
        stamp.remove_prefix(end == std::string_view::npos ? stamp.size() : end + 1);
    }
    return found;
}

}  // namespace

const char* abi_stamp() {
    static const std::string stamp = detail::make_abi_stamp();
    return stamp.c_str();
}

std::string abi_mismatch(std::string_view module_stamp) {
    const std::string_view own_stamp = abi_stamp();
    if (module_stamp == own_stamp) return {};
    const auto theirs = entries(module_stamp), ours = entries(own_stamp);
    std::string text;
    if (theirs.size() == ours.size()) {
        for (std::size_t i = 0; i < ours.size(); ++i) {
            if (theirs[i] == ours[i] || theirs[i].first != ours[i].first) continue;
            text += text.empty() ? "built with " : "; ";
            text.append(theirs[i].first).append(" ").append(theirs[i].second);
            text.append(", this worker with ").append(ours[i].second);
        }
    }
    return text.empty()
               ? "built against headers of another taskworker than this " TASKWORKER_VERSION
               : text;
}

}  // namespace taskworker
