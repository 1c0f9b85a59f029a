#pragma once

// Marks what libtaskworker shows to task modules. Exceptions need it too: a type thrown in a module
// and caught in the library must have one identity on both sides of dlopen.
#define TASKWORKER_EXPORT __attribute__((visibility("default")))
