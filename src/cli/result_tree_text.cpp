#include "cli/result_tree_text.hpp"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>
#include <vector>

#include "canvas/signature_json.hpp"
#include "cli/shown_text.hpp"
#include "client/result_tree.hpp"
#include "message/python_json.hpp"

namespace taskworker {
namespace {

constexpr std::size_t kMostNodes = 10'000, kMostParents = 10'000, kMostText = 60;

// A task on its way onto the paper: how it is indented, and whether siblings follow.
struct Row {
    ResultTree node;
    std::string indent;
    bool last = true, root = false;
};

std::string name_in(const ResultRecord& record) {
    if (record.extended.empty()) return {};
    auto read = parse_json("{" + record.extended + "\"_\": 0}");
    const auto* fields = std::get_if<Json>(&read);
    return fields ? canvas::text_or(canvas::member(*fields, "name"), "") : std::string();
}

std::string state_of_record(const ResultRecord& record) {
    auto text = record.status;
    if (record.status == "FAILURE" || record.status == "REVOKED") {
        const auto failure = failure_of(record);
        text += " " + failure.type + (failure.message.empty() ? "" : ": " + failure.message);
    } else if (record.result != "null") {
        text += " " + record.result;
    }
    text = shown_text(text);
    if (text.size() <= kMostText) return text;
    auto end = kMostText - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
}

class TreePainter {
public:
    TreePainter(const std::string& asked, const LoadRecord& load) : asked_(asked), load_(load) {}

    std::string paint(const std::string& root) {
        rows_.push_back({std::make_shared<ResultNode>(root), "", true, true});
        while (!rows_.empty()) {
            auto row = std::move(rows_.back());
            rows_.pop_back();
            if (!row.node) continue;
            if (seen_.size() >= kMostNodes) return std::exchange(text_, {}) + "... and more\n";
            row.node->group ? paint_group(row) : paint_task(row);
        }
        return std::exchange(text_, {});
    }
    bool has_painted(const std::string& id) const { return seen_.contains(id); }

private:
    void line(const Row& row, const std::string& what) {
        const auto* branch = row.root ? "" : row.last ? "`- " : "|- ";
        text_ += row.indent + branch + what + "\n";
    }

    // The first one is painted next.
    void add_children(const Row& row, std::vector<ResultTree> children) {
        const auto indent = row.root ? row.indent : row.indent + (row.last ? "   " : "|  ");
        for (std::size_t i = children.size(); i-- > 0;)
            rows_.push_back({std::move(children[i]), indent, i + 1 == children.size(), false});
    }

    void paint_group(const Row& row) {
        seen_.insert("group " + row.node->id);
        line(row, fmt::format("group {} of {}", row.node->id, row.node->children.size()));
        add_children(row, row.node->children);
    }

    void paint_task(const Row& row) {
        const auto& id = row.node->id;
        if (!seen_.insert(id).second) return line(row, id + " (see above)");
        const auto record = load_(id);
        auto what = id + (record ? " " + state_of_record(*record) : " PENDING");
        if (record)
            if (const auto name = name_in(*record); !name.empty()) what += "  " + name;
        if (id == asked_) what += "  <-";
        line(row, what);
        if (!record) return;
        auto read = parse_json(record->children);
        std::vector<ResultTree> children;
        if (const auto* list = std::get_if<Json>(&read))
            for (const auto& child : canvas::as_list(*list)) children.push_back(tree_of(child));
        add_children(row, std::move(children));
    }

    const std::string& asked_;
    const LoadRecord& load_;
    std::string text_;
    std::vector<Row> rows_;  // the next one last
    std::unordered_set<std::string> seen_;
};

// Up to the first task whose parent nobody knows any more.
std::string root_of(const std::string& id, const LoadRecord& load) {
    std::unordered_set<std::string> seen{id};
    auto root = id;
    for (auto record = load(id); record && record->parent_id && seen.size() < kMostParents;) {
        const auto& parent = *record->parent_id;
        if (!seen.insert(parent).second) break;
        auto next = load(parent);
        if (!next) break;
        root = parent;
        record = std::move(next);
    }
    return root;
}

}  // namespace

std::string result_tree_text(const std::string& id, const LoadRecord& load) {
    if (!load(id)) return {};
    TreePainter painter(id, load);
    auto text = painter.paint(root_of(id, load));
    // A chord's body is no child of its parent.
    return painter.has_painted(id) ? text : text + painter.paint(id);
}

}  // namespace taskworker
