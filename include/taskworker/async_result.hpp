#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "taskworker/convert.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/export.hpp"
#include "taskworker/json.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/time.hpp"

namespace taskworker {

class ClientState;
struct ResultNode;

// get() of a task that failed or was revoked: what its result says.
class TASKWORKER_EXPORT TaskFailed : public std::runtime_error {
public:
    TaskFailed(std::string id, std::string state, Failure failure);
    ~TaskFailed() override;
    const std::string& id() const { return id_; }
    const std::string& state() const { return state_; }  // FAILURE or REVOKED
    const Failure& failure() const { return failure_; }  // type, module, args, traceback

private:
    std::string id_, state_;
    Failure failure_;
};

// get() was not answered in time; the task may still run.
class TASKWORKER_EXPORT ResultTimeout : public Error {
public:
    using Error::Error;
    ~ResultTimeout() override;
};

struct RevokeOptions {
    bool terminate = false;  // also if it runs already
    std::string signal = "SIGTERM";
};

// The result of one task, whoever runs it. A small value; keeps its Client's connections alive.
// Any thread. Throws BackendError when the result backend is away, BrokerError for revoke().
class TASKWORKER_EXPORT ResultHandle {
public:
    ResultHandle(std::shared_ptr<ClientState> client, std::shared_ptr<ResultNode> node);

    const std::string& id() const;
    std::string state() const;  // PENDING: nothing is stored, also for an id that nobody knows
    bool ready() const;         // SUCCESS, FAILURE or REVOKED
    bool successful() const { return state() == "SUCCESS"; }
    bool failed() const { return state() == "FAILURE"; }
    // The stored document: result or error, children, traceback … Null when nothing is stored.
    Json document() const;

    void forget() const;  // deletes the result
    void revoke(const RevokeOptions& options = {}) const;

    // The step before this one, of a chain that this client has sent.
    std::optional<ResultHandle> parent() const;
    // What the task has sent: callbacks, the next step, tasks of its own. Groups stand as their
    // members.
    std::vector<ResultHandle> children() const;
    // This result, then those of its children, and so on, each waited for. Throws TaskFailed.
    std::vector<std::pair<ResultHandle, Json>> collect(
        std::optional<Seconds> timeout = std::nullopt
    ) const;

    // Waits; without a timeout for ever. Throws TaskFailed and ResultTimeout.
    Json get_json(std::optional<Seconds> timeout = std::nullopt) const;

protected:
    std::shared_ptr<ClientState> client_;
    std::shared_ptr<ResultNode> node_;
};

// The same with the type of the task's result.
template <class R = Json>
class AsyncResult : public ResultHandle {
public:
    using ResultHandle::ResultHandle;
    AsyncResult(ResultHandle handle) : ResultHandle(std::move(handle)) {}  // NOLINT: the same thing

    // Waits; without a timeout for ever. Throws TaskFailed, ResultTimeout, and ConversionError for
    // a result that is no R.
    R get(std::optional<Seconds> timeout = std::nullopt) const {
        if constexpr (std::is_void_v<R>) {
            static_cast<void>(get_json(timeout));
        } else {
            return from_json<R>(get_json(timeout));
        }
    }
};

// The results of a group, in the order of its members.
class TASKWORKER_EXPORT GroupHandle {
public:
    GroupHandle(std::shared_ptr<ClientState> client, std::shared_ptr<ResultNode> node);

    const std::string& id() const;
    std::size_t size() const;
    std::vector<ResultHandle> results() const;  // a group within stands as its members
    std::optional<ResultHandle> parent() const;
    bool ready() const;
    bool successful() const;
    bool failed() const;  // at least one has
    std::size_t completed_count() const;
    void forget() const;
    void revoke(const RevokeOptions& options = {}) const;
    // Keeps the group's tree in the result backend: client.restore_group(id), also from Python.
    void save() const;
    void remove() const;  // what save() kept

    // A list; of a group within a list of its own. The first failure is thrown.
    Json get_json(std::optional<Seconds> timeout = std::nullopt) const;

protected:
    std::shared_ptr<ClientState> client_;
    std::shared_ptr<ResultNode> node_;
};

template <class R = Json>
class GroupResult : public GroupHandle {
public:
    using GroupHandle::GroupHandle;
    GroupResult(GroupHandle handle) : GroupHandle(std::move(handle)) {}  // NOLINT: the same thing

    std::vector<R> get(std::optional<Seconds> timeout = std::nullopt) const {
        return from_json<std::vector<R>>(get_json(timeout));
    }
};

}  // namespace taskworker
