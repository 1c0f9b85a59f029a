#pragma once

#include <utility>

#include "taskworker/taskworker.hpp"

// Signatures in Celery's dict form, as Python's tasks get and give them (celery/canvas.py).
namespace conformance {

tw::Signature signature_of(const tw::Json& form);
tw::Json form_of(const tw::Signature& signature);

tw::Signature call(std::string task, tw::Json args = tw::Json::array());
tw::Signature immutable(tw::Signature signature);
tw::Signature chain_of(const std::vector<tw::Signature>& tasks);
tw::Signature group_of(const std::vector<tw::Signature>& tasks);
// As in Python the tasks of a group or a chain are the parts.
tw::Signature chord_of(const tw::Signature& header, const tw::Signature& body);

// Throws tw::TaskError (TypeError) unless it is a signature, with all that it holds.
void check_signature(const tw::Json& form);

}  // namespace conformance
