#pragma once

#include <string>

#include "base/moment.hpp"
#include "message/delivery.hpp"
#include "message/result_record.hpp"
#include "taskworker/outcome.hpp"

namespace taskworker {

// SUCCESS, FAILURE and REVOKED end a task; only they have a date_done (celery/states.py).
bool is_ready_state(std::string_view state);

// The document of this state without its result and traceback: ids, date_done, and with
// result_extended what Celery adds (celery/backends/base.py: _get_result_meta).
ResultRecord record_of(const Delivery& delivery, std::string state, const Moment& moment);

Failure revoked_failure(Revoked::Why why);                // TaskRevokedError('expired')
Failure not_registered_failure(const std::string& name);  // NotRegistered('no.such')
Failure worker_lost_failure(const std::string& text);     // WorkerLostError('Worker exited …')

}  // namespace taskworker
