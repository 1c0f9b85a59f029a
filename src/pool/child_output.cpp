#include "pool/child_output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 20ms;  // a program that the task started may write without end

bool all_taken() {
    int waiting = 0;
    return ::ioctl(STDOUT_FILENO, FIONREAD, &waiting) != 0 || waiting == 0;
}

}  // namespace

void write_lines_at_once() { std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ); }

void hand_over_output() {
    std::cout.flush();
    std::fflush(stdout);
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (auto nap = 20us; !all_taken() && std::chrono::steady_clock::now() < until; nap *= 2)
        std::this_thread::sleep_for(nap);
}

}  // namespace taskworker
