#include "lifecycle/fetch_watch.hpp"

namespace taskworker {

FetchWatch::Verdict FetchWatch::look(const Look& look, SteadyPoint now) {
    const bool moved = look.fetched != fetched_;
    fetched_ = look.fetched;
    if (!look.room || look.backlog == 0 || moved) {
        since_.reset();
        tried_ = false;
        return Verdict::Fine;
    }
    if (!since_) since_ = now;
    if (now - *since_ < kPatience) return Verdict::Fine;
    since_ = now;
    const auto verdict = tried_ ? Verdict::StillDeaf : Verdict::Reconnect;
    tried_ = true;
    return verdict;
}

}  // namespace taskworker
