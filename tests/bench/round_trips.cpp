// Sends messages one at a time and waits for each result: LPUSH to PUBLISH, in microseconds.
//   bench_round_trips <url> <file with one message a line> <pause in µs>
// Prints one figure a line. Every message has an id of its own and is sent once.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "redis/connection.hpp"
#include "taskworker/errors.hpp"

using namespace taskworker;

int main(int argc, char** argv) try {
    if (argc != 4) return 2;
    const auto url = parse_redis_url(argv[1]);
    const std::chrono::microseconds pause(std::atoi(argv[3]));
    redis::Connection sender({.url = url, .name = "sender"});
    redis::Connection listener({.url = url, .name = "listener"});
    listener.connect();
    listener.out().command("PSUBSCRIBE", "celery-task-meta-*");
    listener.flush();
    listener.read();
    std::ifstream file(argv[2]);
    for (std::string message; std::getline(file, message);) {
        if (pause.count() > 0) std::this_thread::sleep_for(pause);
        const auto begin = std::chrono::steady_clock::now();
        sender.call("LPUSH", "celery", message);
        listener.read();
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - begin;
        std::cout << took.count() << '\n';
    }
} catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
