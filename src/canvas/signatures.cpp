// The public door to signatures (include/taskworker/canvas.hpp).
#include <stdexcept>

#include "canvas/signature_json.hpp"
#include "taskworker/canvas.hpp"

namespace taskworker {

Json signature_to_json(const Signature& signature) {
    auto json = Json::object();
    json["task"] = signature.task;
    json["args"] = signature.args;
    json["kwargs"] = signature.kwargs;
    json["options"] = signature.options;
    json["subtask_type"] = signature.subtask_type;
    json["immutable"] = signature.immutable;
    return json;
}

namespace {

// Of the normal form.
Signature as_signature(const Json& normal) {
    return {
        normal.at("task").get<std::string>(),
        normal.at("args"),
        normal.at("kwargs"),
        normal.at("options"),
        normal.at("subtask_type"),
        canvas::is_immutable(normal)};
}

Json normal(const Signature& signature) { return canvas::read(signature_to_json(signature)); }

// What canvas refuses is a mistake of the caller here.
template <class Build>
Signature built(Build build) {
    try {
        return as_signature(build());
    } catch (const CanvasError& error) {
        throw std::invalid_argument(error.what());
    }
}

Json::array_t normal_all(const std::vector<Signature>& signatures) {
    Json::array_t all;
    all.reserve(signatures.size());
    for (const auto& signature : signatures) all.push_back(normal(signature));
    return all;
}

constexpr bool kOnHeader =
    false;  // task_allow_error_cb_on_chord_header is of the worker's settings

Json joined(const Json::array_t& steps) {
    auto all = steps.front();
    for (std::size_t i = 1; i < steps.size(); ++i) all = canvas::join(all, steps[i], kOnHeader);
    return all;
}

}  // namespace

Signature signature_from_json(const Json& json) {
    return built([&] { return canvas::read(json); });
}

namespace detail {

Signature join(const Signature& left, const Signature& right) {
    return built([&] { return canvas::join(normal(left), normal(right), kOnHeader); });
}

Signature chain_of(std::vector<Signature> steps) {
    return built([&] {
        if (steps.empty()) throw CanvasError("a chain without tasks");
        auto all = normal_all(steps);
        for (const auto& step : all)
            if (canvas::kind_of(step) != canvas::Kind::Task) return joined(all);
        return canvas::make_chain(std::move(all));
    });
}

Signature group_of(std::vector<Signature> members) {
    return built([&] { return canvas::make_group(normal_all(members)); });
}

Signature chord_of(std::vector<Signature> header, const Signature& body) {
    return built([&] { return canvas::make_chord(normal_all(header), normal(body)); });
}

void add_link(Signature& to, const Signature& callback) {
    to = built([&] {
        auto signature = normal(to);
        canvas::link(signature, normal(callback));
        return signature;
    });
}

void add_errback(Signature& to, const Signature& errback) {
    to = built([&] {
        auto signature = normal(to);
        canvas::link_error(signature, normal(errback), kOnHeader);
        return signature;
    });
}

}  // namespace detail
}  // namespace taskworker
