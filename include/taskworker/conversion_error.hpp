#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "taskworker/export.hpp"
#include "taskworker/json_fwd.hpp"

namespace taskworker {

// A place inside a Json value; lives on the stack while a value is read.
class Path {
public:
    Path() = default;
    explicit Path(std::string_view root) : key_(root), parent_(nullptr) {}
    Path(const Path& parent, std::string_view key) : key_(key), parent_(&parent) {}
    Path(const Path& parent, std::size_t index) : index_(index), parent_(&parent) {}
    TASKWORKER_EXPORT std::string text() const;  // "goods[2].price"

private:
    std::string_view key_ = {};
    std::optional<std::size_t> index_ = {};
    const Path* parent_ = nullptr;
};

// A Json value is not what the C++ type asks for. Thrown while arguments are bound it ends the task
// as Python's TypeError.
class TASKWORKER_EXPORT ConversionError : public std::runtime_error {
public:
    ConversionError(const Path& path, const std::string& why);
    ConversionError(const Path& path, std::string_view expected, const Json& got);
    ~ConversionError() override;
};

// A ConversionError in the arguments of a call: the task never began, and is not retried for it.
class TASKWORKER_EXPORT BadArgument : public ConversionError {
public:
    explicit BadArgument(const ConversionError& why) : ConversionError(why) {}
    ~BadArgument() override;
};

}  // namespace taskworker
