#include "greeting.hpp"

#include <taskworker/taskworker.hpp>

TASKWORKER_MODULE(app) {
    app.task(hello, [](const std::string& name) { return "hello, " + name; });
}
