#pragma once

#include <string>

#include "cli/options.hpp"
#include "message/result_record.hpp"

namespace taskworker {

// What `taskworker result` prints about a record, null: nothing is stored. Pure.
struct ResultText {
    std::string out, err;
};
ResultText result_text(const ResultRecord* record, const ResultCommand& options);

// While it watches: one line per state.
std::string state_text(const ResultRecord* record, const ResultCommand& options);

int result_exit_code(const ResultRecord* record);

}  // namespace taskworker
