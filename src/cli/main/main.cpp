#include "taskworker/run.hpp"

// The program `taskworker`: its tasks come from the module that -A names.
int main(int argc, char** argv) { return taskworker::run(argc, argv, nullptr); }
