#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace taskworker {

// Cuts what a process printed into lines, and remembers in which job the line began. Pure; not
// thread-safe.
class OutputLines {
public:
    static constexpr std::size_t kLongest = 16 * 1024;  // a longer line is cut

    // Calls `line(seq, text)` for each whole line that is not empty.
    template <class Line>
    void feed(std::uint64_t seq, std::string_view bytes, Line&& line) {
        if (seq != seq_) end(line);
        seq_ = seq;
        while (!bytes.empty()) {
            const auto end_of_line = bytes.find('\n');
            const auto piece = bytes.substr(0, std::min(end_of_line, kLongest - text_.size()));
            text_ += piece;
            const bool whole = piece.size() == end_of_line;
            bytes.remove_prefix(piece.size() + (whole ? 1 : 0));
            if (whole || text_.size() >= kLongest) end(line);
        }
    }

    // What has no line break yet, when nothing will come any more.
    template <class Line>
    void end(Line&& line) {
        while (text_.ends_with('\r')) text_.pop_back();
        if (!text_.empty()) line(seq_, std::string_view(text_));
        text_.clear();
    }

private:
    std::uint64_t seq_ = 0;
    std::string text_;
};

}  // namespace taskworker
