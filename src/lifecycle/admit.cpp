#include "lifecycle/admit.hpp"

namespace taskworker {

Admission admit(const Request& request, const TaskDef* task, bool revoked, TimePoint now) {
    if (task == nullptr) return Refuse{Unregistered{}};
    // request.py: revoked() asks for expiry first, so what is both is told as "expired".
    if (request.expires_at && now > *request.expires_at)
        return Refuse{Revoked{Revoked::Why::Expired}};
    if (revoked) return Refuse{Revoked{Revoked::Why::Revoked}};
    if (request.eta_at && *request.eta_at > now) return Hold{*request.eta_at};
    return Run{};
}

}  // namespace taskworker
