#include "cli/result_text.hpp"

#include <fmt/format.h>

#include <variant>

#include "cli/exit_code.hpp"
#include "cli/shown_text.hpp"
#include "client/async_result.hpp"
#include "message/python_json.hpp"
#include "message/python_repr.hpp"

namespace taskworker {
namespace {

// {"exc_type": "ValueError", "exc_message": ["boom"], …} → "ValueError: boom". What another program
// stored may be anything: then it is shown as it is.
std::string failure_text(const std::string& result) {
    auto read = parse_json(result);
    const auto* value = std::get_if<Json>(&read);
    if (!value || !value->is_object()) return result;
    const auto type = value->find("exc_type");
    const auto message = value->find("exc_message");
    if (type == value->end() || !type->is_string() || message == value->end()) return result;
    const auto& name = type->get_ref<const std::string&>();
    const auto args = message->is_array() ? *message : Json::array({*message});
    const auto text = exception_text(name, args);
    return text.empty() ? name : fmt::format("{}: {}", name, text);
}

bool failed(const ResultRecord& record) {
    return record.status == "FAILURE" || record.status == "REVOKED";
}

}  // namespace

ResultText result_text(const ResultRecord* record, const ResultCommand& options) {
    if (!record) return {.out = "", .err = fmt::format("{}: nothing is stored\n", options.id)};
    if (options.json) return {.out = encode_result(*record) + "\n", .err = ""};
    ResultText text;
    if (record->status == "SUCCESS") {
        text.out = record->result + "\n";
    } else if (failed(*record)) {
        text.err = fmt::format("{} {}\n", record->status, shown_text(failure_text(record->result)));
    } else {
        text.out = fmt::format("{} {}\n", shown_text(record->status), record->result);
    }
    if (options.traceback && record->traceback && !record->traceback->empty()) {
        log::append_safe(text.err, *record->traceback);
        if (!text.err.ends_with('\n')) text.err += '\n';
    }
    return text;
}

std::string state_text(const ResultRecord* record, const ResultCommand& options) {
    if (options.json) return record ? encode_result(*record) + "\n" : "";
    return (record ? shown_text(record->status) : "PENDING") + "\n";
}

int result_exit_code(const ResultRecord* record) {
    if (!record || !is_ready(*record)) return kNotFound;
    return record->status == "SUCCESS" ? kDone : kFailed;
}

}  // namespace taskworker
