#include "cli/place_text.hpp"

#include <fmt/format.h>

#include "base/iso_time.hpp"

namespace taskworker {

std::string text_of_place(const RedisSurvey::Place& place) {
    using Kind = RedisSurvey::Place::Kind;
    switch (place.kind) {
        case Kind::Queued:
            return fmt::format(
                "waits in queue {}, position {} (1 runs next)", place.queue, place.position
            );
        case Kind::Leased:
            return fmt::format("is in the hands of {} (queue {})", place.worker, place.queue);
        case Kind::Parked:
            return fmt::format(
                "is parked for queue {} until {}",
                place.queue,
                format_iso_time(place.due.value_or(TimePoint{}))
            );
        case Kind::Started:
            return fmt::format(
                "has begun at {} (queue {}), acknowledged early", place.worker, place.queue
            );
        case Kind::DeadLetter:
            return fmt::format("is a dead letter of queue {}: {}", place.queue, place.reason);
    }
    return {};
}

std::vector<std::string> queues_to_search(
    RedisSurvey& survey, const std::vector<std::string>& given, const Settings& settings
) {
    std::vector<std::string> names;
    const auto more = given.empty() ? std::vector<std::string>{settings.task_default_queue} : given;
    for (const auto& queue : survey.queues(more)) names.push_back(queue.name);
    return names;
}

}  // namespace taskworker
