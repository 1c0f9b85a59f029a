#include "worker/stored_results.hpp"

#include <memory>
#include <mutex>
#include <utility>

#include "backend/open_backend.hpp"
#include "task/stored_results.hpp"

namespace taskworker {
namespace {

class OneConnection final : public StoredResults {
public:
    explicit OneConnection(std::unique_ptr<ResultBackend> backend) : backend_(std::move(backend)) {}
    std::optional<ResultRecord> load(const std::string& id) override {
        const std::lock_guard lock(mutex_);
        return backend_->load(id);
    }
    void store(const ResultRecord& record) override {
        const std::lock_guard lock(mutex_);
        backend_->store(record);
    }

private:
    std::mutex mutex_;
    std::unique_ptr<ResultBackend> backend_;
};

}  // namespace

void offer_stored_results(Resources& resources) {
    resources.offer({typeid(StoredResults), "StoredResults", [](const Settings& settings) {
                         std::shared_ptr<StoredResults> made =
                             std::make_shared<OneConnection>(open_backend(settings));
                         return std::static_pointer_cast<void>(made);
                     }});
}

}  // namespace taskworker
