#include "cli/chord_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace taskworker {
namespace {

// The first `limit` of them, and how many there are besides.
template <class List, class Line>
void write_some(std::string& out, const List& list, std::size_t limit, Line line) {
    std::size_t written = 0;
    for (const auto& one : list) {
        if (written == limit) {
            out += fmt::format("  ... and {} more\n", list.size() - written);
            return;
        }
        out += "  " + line(one) + "\n";
        ++written;
    }
}

class ChordText {
public:
    ChordText(const ChordView& chord, const std::vector<ChordPlace>& places, std::size_t limit)
        : chord_(chord), limit_(limit) {
        for (const auto& part : chord.parts) counted_.insert(part.id);
        for (const auto& place : places)
            if (!counted_.contains(place.task_id)) places_.push_back(place);
    }

    std::string write(const std::string& id) {
        const auto total = chord_.size.value_or(0) + chord_.grown;
        out_ = chord_.size
                   ? fmt::format("chord {}: {} of {} parts counted\n", id, counted_.size(), total)
                   : fmt::format(
                         "chord {}: {} parts counted, its size is unknown\n", id, counted_.size()
                     );
        write_some(out_, chord_.parts, limit_, [](const ChordView::Part& part) {
            const auto index = part.index ? std::to_string(*part.index) : std::string("-");
            return fmt::format("{:>5}  {}  {}", index, part.id, part.state);
        });
        if (chord_.finishing) {
            say_complete();
        } else {
            say_missing(total);
            say_why(total);
        }
        return std::move(out_);
    }

private:
    void say_complete() {
        out_ +=
            chord_.due_in > 0
                ? fmt::format(
                      "It is complete. {} sends its body; after {:.0f} s any taskworker does.\n",
                      *chord_.finishing,
                      chord_.due_in
                  )
                : fmt::format(
                      "It is complete, but {} did not send its body. The next taskworker that "
                      "looks does; is one running?\n",
                      *chord_.finishing
                  );
    }

    void say_missing(std::size_t total) {
        std::vector<std::string> missing;
        for (const auto& id : chord_.expected)
            if (!counted_.contains(id)) missing.push_back(id);
        if (!missing.empty()) {
            out_ += "missing:\n";
            return write_some(out_, missing, limit_, [](const std::string& id) { return id; });
        }
        // Nested groups number their parts anew: then a place tells nothing.
        if (total <= counted_.size() || chord_.grown > 0) return;
        std::set<int> seen;
        for (const auto& part : chord_.parts)
            if (part.index) seen.insert(*part.index);
        if (seen.size() != chord_.parts.size()) return;
        std::vector<int> absent;
        for (int i = 0; i < static_cast<int>(std::min<std::size_t>(total, 1'000'000)); ++i)
            if (!seen.contains(i)) absent.push_back(i);
        if (absent.size() != total - counted_.size()) return;
        out_ += "missing, by their place:\n";
        write_some(out_, absent, limit_, [](int index) { return fmt::format("{:>5}", index); });
    }

    void say_why(std::size_t total) {
        if (!places_.empty()) {
            out_ += "It waits for\n";
            return write_some(out_, places_, limit_, [](const ChordPlace& place) {
                return place.task_id + " " + place.where;
            });
        }
        if (!chord_.size) {
            out_ +=
                "Nobody has said how many parts it has: its producer died while it sent them, or "
                "it "
                "ended and a part was delivered once more.\n";
        } else if (counted_.size() >= total) {
            out_ +=
                "All parts are counted: a Python worker counted the last one, and died before it "
                "sent the body.\n";
        } else {
            out_ +=
                "None of its missing parts is in a queue or in the hands of a worker: they were "
                "lost, purged or never sent. Are there other queues (-Q)?\n";
        }
    }

    const ChordView& chord_;
    const std::size_t limit_;
    std::set<std::string> counted_;
    std::vector<ChordPlace> places_;
    std::string out_;
};

}  // namespace

std::string chord_text(
    const std::string& id,
    const ChordView& chord,
    const std::vector<ChordPlace>& places,
    std::size_t limit
) {
    return ChordText(chord, places, limit).write(id);
}

}  // namespace taskworker
