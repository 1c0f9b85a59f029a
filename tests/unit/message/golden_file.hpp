#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "message/python_json.hpp"

namespace taskworker {

// The rows of a file in tests/golden: one JSON object a line.
inline std::vector<Json> golden_rows(const std::string& name) {
    std::ifstream file(std::string(TW_TEST_DATA) + "/golden/" + name);
    std::vector<Json> rows;
    for (std::string line; std::getline(file, line);) {
        auto row = parse_json(line);
        if (const auto* error = std::get_if<JsonError>(&row)) {
            ADD_FAILURE() << name << ": " << error->why;
            break;
        }
        rows.push_back(std::move(std::get<Json>(row)));
    }
    EXPECT_FALSE(rows.empty()) << name;
    return rows;
}

inline const std::string& text_of(const Json& row, const char* name) {
    return row.at(name).get_ref<const std::string&>();
}

}  // namespace taskworker
