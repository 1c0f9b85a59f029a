#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/doctor_findings.hpp"
#include "cli/exit_code.hpp"
#include "message/python_json.hpp"

namespace taskworker {

int run_doctor_command(
    const GlobalOptions& global, const DoctorCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    const auto findings = findings_of(check_up(session.settings()), session.settings());
    if (options.json) {
        Json all = Json::array();
        for (const auto& finding : findings)
            all.push_back(Json{
                {"weight", name_of(finding.weight)},
                {"what", finding.what},
                {"remedy", finding.remedy.empty() ? Json() : Json(finding.remedy)}});
        fmt::print("{}\n", to_json_text(all));
    } else {
        for (const auto& finding : findings) {
            fmt::print("{:<8} {}\n", name_of(finding.weight), finding.what);
            if (!finding.remedy.empty()) fmt::print("{:<8} → {}\n", "", finding.remedy);
        }
    }
    const bool bad = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.weight == Finding::Weight::Error;
    });
    return bad ? kFailed : kDone;
}

}  // namespace taskworker
