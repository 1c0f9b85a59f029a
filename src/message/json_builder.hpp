#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "message/message.hpp"
#include "taskworker/json.hpp"

namespace taskworker {

// Makes a value of what a reader meets, piece by piece, within bounds. Every call says whether to
// go on; what made it stop stands in take(). A key that comes again gets the last value at the
// place of the first, as in a dict.
class JsonBuilder {
public:
    explicit JsonBuilder(const WireLimits& limits) : limits_(limits) {}

    bool value(Json value);
    bool text(std::string text);  // must be UTF-8
    bool begin_array();
    bool begin_object();
    bool key(std::string name);
    bool end();
    bool fail(std::string why);

    std::variant<Json, Malformed> take() &&;

private:
    struct Level {
        Json value;
        std::vector<std::pair<std::string, Json>> members = {};  // of an object
        std::string key = {};
    };
    bool begin(Json value);
    bool count();
    bool put(Json value);

    const WireLimits limits_;
    std::size_t values_ = 0;
    std::vector<Level> open_;
    std::optional<Json> whole_;
    std::optional<Malformed> wrong_;
};

// Members whose name comes again are dropped, the last value stands at the place of the first.
void drop_doubles(std::vector<std::pair<std::string, Json>>& members);

}  // namespace taskworker
