#include "pool/child_output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <thread>

namespace taskworker {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 2s;  // with a parent that has been stopped, or has too much to do
constexpr auto kLongestNap = 1ms;

std::uint64_t waiting() {
    int bytes = 0;
    return ::ioctl(STDOUT_FILENO, FIONREAD, &bytes) == 0 && bytes > 0
               ? static_cast<std::uint64_t>(bytes)
               : 0;
}

}  // namespace

void write_lines_at_once() { std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ); }

void hand_over_output(const SharedPage& page) {
    std::cout.flush();
    std::fflush(stdout);
    // A program that the task started may write without end: then what waits now is enough.
    const auto enough = page.output_taken() + waiting();
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (std::chrono::microseconds nap = 20us;
         waiting() > 0 && page.output_taken() < enough && std::chrono::steady_clock::now() < until;
         nap = std::min<std::chrono::microseconds>(nap * 2, kLongestNap))
        std::this_thread::sleep_for(nap);
}

}  // namespace taskworker
