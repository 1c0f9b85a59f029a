#pragma once

#include <string>
#include <vector>

#include "message/queue_table.hpp"

namespace taskworker {

// What the banner tells (celery/apps/worker.py: startup_info). Text only; URLs without passwords.
struct BannerFacts {
    std::string node, version;
    std::string platform, time;  // "Linux-6.1.0-x86_64", "2024-05-01 10:00:00"
    std::string app;             // name and file of the module
    std::string transport, results;
    std::string concurrency;  // "2 (prefork)"
    bool task_events = false;
    std::vector<QueueSpec> queues;
    std::vector<std::string> tasks;
    bool show_tasks = false;          // log level INFO or below
    bool show_builtin_tasks = false;  // DEBUG
};

// The text, with a line break at its end. Colour: a cyan head on a terminal.
std::string banner(const BannerFacts& facts, bool colour);

// This machine and moment, as the banner shows them.
std::string platform_text();
std::string local_time_text();

}  // namespace taskworker
