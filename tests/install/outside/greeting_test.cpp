#include <taskworker/taskworker.hpp>
#include <taskworker/testing.hpp>

#include "greeting.hpp"

extern "C" void taskworker_module(tw::App*);

int main() {
    tw::App app;
    taskworker_module(&app);
    const tw::Outcome outcome = tw::testing::run(app, hello, "you");
    const auto* success = std::get_if<tw::Success>(&outcome);
    return success != nullptr && success->value == "hello, you" ? 0 : 1;
}
