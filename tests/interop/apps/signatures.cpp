#include "signatures.hpp"

namespace conformance {
namespace {

tw::Json forms_of(const std::vector<tw::Signature>& signatures) {
    tw::Json forms = tw::Json::array();
    for (const auto& one : signatures) forms.push_back(form_of(one));
    return forms;
}

tw::Signature canvas(const char* kind, tw::Json kwargs) {
    tw::Signature made = call(std::string("celery.") + kind);
    made.kwargs = std::move(kwargs);
    made.subtask_type = kind;
    return made;
}

bool is_kind(const tw::Json& form, const char* kind) {
    return form.contains("subtask_type") && form.at("subtask_type") == kind;
}

void check_all(const tw::Json& forms) {
    if (!forms.is_array()) return check_signature(forms);
    for (const auto& form : forms) check_signature(form);
}

}  // namespace

tw::Signature signature_of(const tw::Json& form) {
    const auto part = [&](const char* name, tw::Json otherwise) {
        return form.contains(name) ? form.at(name) : otherwise;
    };
    return {
        form.at("task").get<std::string>(),
        part("args", tw::Json::array()),
        part("kwargs", tw::Json::object()),
        part("options", tw::Json::object()),
        part("subtask_type", nullptr),
        part("immutable", false).get<bool>()};
}

tw::Json form_of(const tw::Signature& signature) {
    tw::Json form = tw::Json::object();
    form["task"] = signature.task;
    form["args"] = signature.args;
    form["kwargs"] = signature.kwargs;
    form["options"] = signature.options;
    form["subtask_type"] = signature.subtask_type;
    form["immutable"] = signature.immutable;
    return form;
}

tw::Signature call(std::string task, tw::Json args) {
    tw::Signature made;
    made.task = std::move(task);
    made.args = std::move(args);
    return made;
}

tw::Signature immutable(tw::Signature signature) {
    signature.immutable = true;
    return signature;
}

tw::Signature chain_of(const std::vector<tw::Signature>& tasks) {
    return canvas("chain", tw::Json::object({{"tasks", forms_of(tasks)}}));
}

tw::Signature group_of(const std::vector<tw::Signature>& tasks) {
    return canvas("group", tw::Json::object({{"tasks", forms_of(tasks)}}));
}

tw::Signature chord_of(const tw::Signature& header, const tw::Signature& body) {
    tw::Json parts = tw::Json::array({form_of(header)});
    if (header.subtask_type == "group" || header.subtask_type == "chain")
        parts = header.kwargs.at("tasks");
    return canvas(
        "chord",
        tw::Json::object(
            {{"header", parts}, {"body", form_of(body)}, {"kwargs", tw::Json::object()}}
        )
    );
}

void check_signature(const tw::Json& form) {
    if (!form.is_object() || !form.contains("task") || !form.at("task").is_string())
        throw tw::TaskError("TypeError", tw::to_json_text(form) + " is not a signature object");
    const auto parts = form.contains("kwargs") ? form.at("kwargs") : tw::Json::object();
    if (is_kind(form, "chain") || is_kind(form, "group"))
        check_all(parts.contains("tasks") ? parts.at("tasks") : tw::Json(nullptr));
    if (!is_kind(form, "chord")) return;
    check_all(parts.contains("header") ? parts.at("header") : tw::Json(nullptr));
    check_signature(parts.contains("body") ? parts.at("body") : tw::Json(nullptr));
}

}  // namespace conformance
