#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend/result_backend.hpp"
#include "base/clock.hpp"
#include "base/lamport_clock.hpp"
#include "base/moment.hpp"
#include "broker/transport.hpp"
#include "canvas/expand.hpp"
#include "client/control.hpp"
#include "client/publish_retry.hpp"
#include "taskworker/async_result.hpp"
#include "taskworker/config.hpp"

namespace taskworker {

// What a Client and all results of it share: the connections. Thread-safe.
class ClientState {
public:
    explicit ClientState(Settings settings);

    // Sends a canvas: where its results will be. Throws as Client says.
    ResultTree send(const Json& signature, const Json& options);
    void revoke(const std::vector<std::string>& ids, const RevokeOptions& options);

    // A connection to the results for one thread's use.
    class Results {
    public:
        Results(ClientState& client, std::unique_ptr<ResultBackend> backend)
            : client_(client), backend_(std::move(backend)) {}
        ~Results();
        Results(const Results&) = delete;
        Results& operator=(const Results&) = delete;
        ResultBackend* operator->() { return backend_.get(); }
        void broken() { backend_.reset(); }  // the next one has a new connection

    private:
        ClientState& client_;
        std::unique_ptr<ResultBackend> backend_;
    };
    Results results();
    const Clock& clock() const { return clock_; }

private:
    void tell_sent(const std::vector<Publication>& messages);
    Moment moment();

    const Settings settings_;
    const std::string name_, id_;
    const PublishRetry retry_;
    const SystemClock clock_;
    std::mutex sending_;  // guards what stands below, up to idle_mutex_
    Luck luck_ = Luck::seeded_by_the_system();
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<Broker> broker_;
    std::unique_ptr<Fanout> fanout_;
    LamportClock lamport_;
    std::mutex idle_mutex_;
    std::vector<std::unique_ptr<ResultBackend>> idle_;  // guarded by idle_mutex_
};

}  // namespace taskworker
