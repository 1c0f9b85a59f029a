#include "cli/option_parser.hpp"

namespace taskworker {

// The options of the commands about modules and settings.

void OptionParser::declare_about_the_module() {
    report_ = command("report", "Show versions, platform and every setting");
    report_->add_flag("--json", report_options_.json, "As one JSON object");
    report_->footer("Passwords are hidden: it may be shown to others.");
    registered_ = command("registered", "List the tasks that a module offers");
    registered_->add_flag("--json", registered_options_.json, "As one JSON object");
}

void OptionParser::declare_new() {
    new_ = command("new", "Make a module to begin with");
    new_->add_option("NAME", new_options_.name, "Name of the module: letters, digits, _")
        ->type_name("")
        ->required();
    text(*new_, "--directory", new_options_.directory, "Where; default: a folder of that name")
        ->type_name("DIR");
    new_->footer("Makes CMakeLists.txt, the tasks, a test and a README, which says how to go on.");
}

}  // namespace taskworker
