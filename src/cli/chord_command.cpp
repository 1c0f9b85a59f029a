#include <fmt/format.h>

#include <cstdio>

#include "broker/redis_survey.hpp"
#include "cli/chord_text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/place_text.hpp"
#include "ledger/chord_survey.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {

int run_chord_command(
    const GlobalOptions& global, const ChordCommand& options, RegisterTasks linked_in
) {
    const Session session(global, linked_in, NeedsApp::No);
    const auto& settings = session.settings();
    if (settings.result_backend.empty())
        throw ConfigError("no result_backend: the parts of chords are counted there");
    const auto chord = look_at_chord(settings, options.id);
    if (!chord) {
        fmt::print(
            stderr,
            "{}: no such chord: it is finished, has expired, or nobody has counted a part yet\n",
            options.id
        );
        return kNotFound;
    }
    RedisSurvey survey(settings);
    std::vector<ChordPlace> places;
    for (const auto& place :
         survey.parts_of(options.id, queues_to_search(survey, options.queues, settings)))
        places.push_back({place.task_id, text_of_place(place)});
    fmt::print("{}", chord_text(options.id, *chord, places, options.limit));
    return kDone;
}

}  // namespace taskworker
