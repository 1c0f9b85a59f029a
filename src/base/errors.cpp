#include "taskworker/errors.hpp"

namespace taskworker {

// Key functions: one home for each type's identity, so that a module's throw is our catch.
Error::~Error() = default;
BrokerError::~BrokerError() = default;
BackendError::~BackendError() = default;
ConfigError::~ConfigError() = default;
Reject::~Reject() = default;
Ignore::~Ignore() = default;
SoftTimeLimitExceeded::~SoftTimeLimitExceeded() = default;
TaskError::~TaskError() = default;

TaskError::TaskError(std::string type, const std::string& message, std::string module)
    : std::runtime_error(message),
      type_(std::move(type)),
      module_(std::move(module)),
      args_(Json::array({message})) {}

TaskError::TaskError(std::string type, Json args, std::string module)
    : std::runtime_error(
          args.size() == 1 && args[0].is_string() ? args[0].get<std::string>() : type
      ),
      type_(std::move(type)),
      module_(std::move(module)),
      args_(std::move(args)) {}

}  // namespace taskworker
