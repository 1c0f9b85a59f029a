#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "message/message.hpp"
#include "taskworker/request.hpp"

namespace taskworker {

// Fills a Request from headers and properties, one raw JSON value at a time, strictly: a value of
// the wrong type makes it Malformed, null is as good as absent. The last value of a name counts.
class RequestReader {
public:
    explicit RequestReader(Request& request) : request_(request) {}

    void header(MessageHeader header, std::string_view name, std::string_view raw);
    void properties(const Message& message);
    void finish();  // looks for what must be there

    const std::optional<Malformed>& wrong() const { return wrong_; }

private:
    void fail(std::string why);
    void bad(std::string_view name, std::string_view raw, std::string_view wanted);
    void text(std::optional<std::string>& to, std::string_view name, std::string_view raw);
    void name_text(std::string& to, std::string_view name, std::string_view raw);
    void repr(std::string& to, std::string_view name, std::string_view raw);
    void count(int& to, std::string_view name, std::string_view raw);
    void index(std::optional<int>& to, std::string_view name, std::string_view raw);
    void flag(std::optional<bool>& to, std::string_view name, std::string_view raw);
    void time(
        std::optional<std::string>& to,
        std::optional<TimePoint>& at,
        std::string_view name,
        std::string_view raw
    );
    void time_limits(std::string_view raw);
    void stamps(std::string_view raw);
    void stamped_headers(std::string_view raw);
    void redelivered(std::string_view raw);
    void property(const Message& message, std::string_view name, Span value);
    void delivery_info(const Message& message, Span value);

    Request& request_;
    std::optional<Malformed> wrong_;  // the first one
};

// `properties.priority` as kombu takes it: int(x), 0 when that fails.
int priority_of(std::string_view raw);

}  // namespace taskworker
