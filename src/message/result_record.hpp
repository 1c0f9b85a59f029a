#pragma once

#include <optional>
#include <string>

#include "message/serializer.hpp"
#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// What is stored under celery-task-meta-<id> (celery/backends/base.py: _get_result_meta).
struct ResultRecord {
    std::string id;
    std::string status;           // SUCCESS, FAILURE, RETRY, REVOKED, STARTED or custom
    std::string result = "null";  // JSON text
    std::optional<std::string> traceback;
    std::string children = "[]";           // JSON text; "null" when stored without a request
    std::optional<std::string> date_done;  // ISO text, only when ready
    std::optional<std::string> group_id, parent_id;
    std::string extended;  // result_extended: members as JSON text, `"name": …, `, or ""
    bool operator==(const ResultRecord&) const = default;
};

// The document, in Celery's key order; appended to a string, no DOM.
std::string encode_result(const ResultRecord& record);

// The same under result_serializer. What it has no form for, the arguments of an error or a state's
// meta, stands there as its repr (celery/utils/serialization.py: ensure_serializable). Never throws
// for what the record holds.
std::string encode_result(const ResultRecord& record, Serializer serializer);
// For any other value that is stored: `json` is its text.
std::string encode_stored(std::string json, Serializer serializer);

// A stored document of ours or Python's; nothing when it is not one.
std::optional<ResultRecord> decode_result(std::string_view document);
std::optional<ResultRecord> decode_result(std::string_view document, Serializer serializer);

// {"exc_type": …, "exc_message": [args…], "exc_module": …} (base.py: prepare_exception).
std::string encode_failure(const Failure& failure);

}  // namespace taskworker
