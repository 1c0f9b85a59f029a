#include "cli/option_parser.hpp"
#include "taskworker/version.hpp"

namespace taskworker {

// The options before the command, or behind it, in Celery's words (celery/bin/celery.py).
void OptionParser::declare_global() {
    app_.name("taskworker");
    app_.footer(
        "Global options may stand before or behind the command. Any option may be given\n"
        "as a variable: CELERY_WORKDIR, CELERY_WORKER_LOGLEVEL, CELERY_CALL_QUEUE.\n"
        "Examples:\n"
        "  taskworker new shop\n"
        "  taskworker -A app worker -l info -c 4\n"
        "  taskworker call shop.send_sms -a '[\"13800138000\", \"1234\"]'\n"
        "  taskworker result 3f0c8a2e-… --watch\n"
    );
    constexpr auto kGlobal = "Global options", kOthers = "Others";
    constexpr auto kAccepted = "Accepted, without effect";
    text(app_, "-A,--app", global_.app, "Tasks: a name (app.so, libapp.so) or the path of a .so")
        ->type_name("MODULE")
        ->group(kGlobal);
    setting(app_, "-b,--broker", "broker_url", "Where tasks come from")
        ->type_name("URL")
        ->group(kGlobal);
    setting(app_, "--result-backend", "result_backend", "Where results go")
        ->type_name("URL")
        ->group(kGlobal);
    text(app_, "--config", config_, "Settings; default: taskworker.toml, if it is there")
        ->type_name("FILE")
        ->group(kGlobal);
    app_.add_option("--set", sets_, "A setting, e.g. --set task_acks_late=true; may be repeated")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false)
        ->group(kGlobal);
    text(app_, "--workdir", global_.workdir, "Go there first")->type_name("DIR")->group(kGlobal);
    app_.add_flag("-C,--no-color", global_.no_color, "No colours")->group(kGlobal);
    app_.add_flag("-q,--quiet", global_.quiet, "No banner")->group(kGlobal);
    text(app_, "--loader", ignored_, "Of Python: tasks come from the module of -A")
        ->type_name("CLASS")
        ->group(kAccepted);
    app_.add_flag("--skip-checks")->description("Of Django")->group(kAccepted);
    app_.set_help_flag("-h,--help", "Show this text")
        ->group(kOthers);  // anew: at the end of the list
    app_.set_version_flag("--version", "taskworker " TASKWORKER_VERSION, "Show all versions")
        ->group(kOthers);
}

}  // namespace taskworker
