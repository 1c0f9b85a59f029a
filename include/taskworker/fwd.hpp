#pragma once

namespace taskworker {

class App;
class Context;
class Luck;
struct Settings;
struct Request;
struct TaskDef;
struct TaskOptions;
template <class F>
class Task;

}  // namespace taskworker

namespace tw = taskworker;
