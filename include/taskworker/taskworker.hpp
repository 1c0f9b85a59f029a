#pragma once

// All that a module of tasks needs. Producers include client.hpp, tests also testing.hpp.

#include "taskworker/app.hpp"
#include "taskworker/canvas.hpp"
#include "taskworker/config.hpp"
#include "taskworker/context.hpp"
#include "taskworker/convert.hpp"
#include "taskworker/errors.hpp"
#include "taskworker/failed_task.hpp"
#include "taskworker/json.hpp"
#include "taskworker/module.hpp"
#include "taskworker/outcome.hpp"
#include "taskworker/request.hpp"
#include "taskworker/run.hpp"
#include "taskworker/signals.hpp"
#include "taskworker/signature.hpp"
#include "taskworker/task.hpp"
#include "taskworker/task_options.hpp"
#include "taskworker/time.hpp"
#include "taskworker/values.hpp"
#include "taskworker/version.hpp"
