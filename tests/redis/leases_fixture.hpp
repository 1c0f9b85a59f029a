#pragma once

#include <gtest/gtest.h>

#include <thread>

#include "message/publish.hpp"
#include "support/eventually.hpp"
#include "support/redis_rig.hpp"

namespace taskworker::testing {

using Ids = std::vector<std::string>;

inline std::vector<std::string> tags(const std::vector<Delivery>& deliveries) {
    std::vector<std::string> result;
    for (const auto& delivery : deliveries) result.push_back(delivery.tag);
    return result;
}

inline TimePoint now() { return std::chrono::system_clock::now(); }

// A worker with some messages leased.
struct Holder {
    Holder(RedisRig& rig, const std::string& id, std::vector<std::string> queues = {"celery"})
        : transport(rig.worker(id)), broker(transport->broker()), leases(transport->leases()) {
        broker->subscribe(std::move(queues));
    }
    std::vector<Delivery> take(std::size_t n) {
        std::vector<Delivery> got;
        while (got.size() < n) {
            auto more = deliveries(broker->fetch(n - got.size(), soon(1000)));
            if (more.empty()) return got;
            std::move(more.begin(), more.end(), std::back_inserter(got));
        }
        return got;
    }
    std::unique_ptr<RedisTransport> transport;
    std::unique_ptr<Broker> broker;
    std::unique_ptr<Leases> leases;
};

class RedisLeasesTest : public ::testing::Test {
protected:
    RedisRig rig;

    void push(int n, const std::string& list = "celery", int from = 0) {
        for (int i = from; i < from + n; ++i) rig.push(list, message(std::to_string(i)));
    }
    double score(const std::string& tag) {
        return std::stod(rig.raw().call("ZSCORE", "unacked_index", tag).text);
    }

    // Beats as this worker until it is told to reap that one, and does it.
    ReapReport reap_the_dead(Leases& leases, const std::string& worker = "w1") {
        ReapReport report;
        eventually([&] {
            for (const auto& dead : leases.beat().dead) {
                auto one = leases.reap(dead);
                if (dead == worker) report = std::move(one);
            }
            return report.worker == worker;
        });
        return report;
    }
};

}  // namespace taskworker::testing
