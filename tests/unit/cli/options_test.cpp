#include "cli/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace taskworker {
namespace {

template <class Command>
struct Said {
    GlobalOptions global;
    Command command;
};

template <class Command>
Said<Command> say(std::vector<std::string> arguments) {
    auto parsed = parse_options(std::move(arguments));
    if (const auto* ending = std::get_if<Ending>(&parsed)) {
        ADD_FAILURE() << ending->err << ending->out;
        return {};
    }
    auto& said = std::get<Invocation>(parsed);
    EXPECT_TRUE(std::holds_alternative<Command>(said.command));
    return {said.global, std::get<Command>(said.command)};
}

std::string mistake(std::vector<std::string> arguments) {
    auto parsed = parse_options(std::move(arguments));
    const auto* ending = std::get_if<Ending>(&parsed);
    if (!ending) return "no mistake";
    EXPECT_EQ(ending->code, 2);
    EXPECT_EQ(ending->err.find('\n'), std::string::npos) << ending->err;
    return ending->err;
}

std::string help(std::vector<std::string> arguments) {
    auto parsed = parse_options(std::move(arguments));
    const auto* ending = std::get_if<Ending>(&parsed);
    EXPECT_TRUE(ending && ending->code == 0);
    return ending ? ending->out : "";
}

std::string overrides(const GlobalOptions& global) {
    std::string text;
    for (const auto& o : global.overrides) text += o.name + "=" + o.text + "(" + o.shown + ") ";
    return text;
}

TEST(Options, ReadCelerysOrder) {
    const auto said = say<WorkerCommand>(
        {"-A",
         "app",
         "worker",
         "-l",
         "info",
         "-c",
         "4",
         "-P",
         "threads",
         "-Q",
         "a,b",
         "-n",
         "w1@%h",
         "-E"}
    );
    EXPECT_EQ(said.global.app, "app");
    EXPECT_EQ(said.command.level, log::Level::Info);
    EXPECT_EQ(said.command.queues, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(said.command.hostname, "w1@%h");
    EXPECT_EQ(
        overrides(said.global),
        "worker_send_task_events=true(-E) worker_concurrency=4(-c) worker_pool=threads(-P) "
    );
}

TEST(Options, ReadTheOldOrderToo) {
    const auto said = say<WorkerCommand>({"worker", "-A", "app", "-b", "redis://h/1", "-q", "-C"});
    EXPECT_EQ(said.global.app, "app");
    EXPECT_TRUE(said.global.quiet);
    EXPECT_TRUE(said.global.no_color);
    EXPECT_EQ(overrides(said.global), "broker_url=redis://h/1(-b) ");
}

TEST(Options, ReadTheLongAndTheJoinedForms) {
    const auto said = say<WorkerCommand>(
        {"--app=app",
         "worker",
         "--loglevel=DEBUG",
         "--concurrency=2",
         "--time-limit=30",
         "-c4",
         "--queues=x"}
    );
    EXPECT_EQ(said.global.app, "app");
    EXPECT_EQ(said.command.level, log::Level::Debug);
    EXPECT_EQ(said.command.queues, std::vector<std::string>{"x"});
    EXPECT_EQ(overrides(said.global), "worker_concurrency=4(-c) task_time_limit=30(--time-limit) ");
}

TEST(Options, LetTheLastOfARepeatedOptionWin) {
    const auto said =
        say<WorkerCommand>({"-A", "a", "worker", "-A", "b", "-l", "info", "-l", "error"});
    EXPECT_EQ(said.global.app, "b");
    EXPECT_EQ(said.command.level, log::Level::Error);
}

TEST(Options, TakeWhatScriptsForCelerysWorkerPass) {
    const auto said = say<WorkerCommand>(
        {"-A",
         "conformance",
         "worker",
         "-c",
         "2",
         "-n",
         "w@h",
         "-Q",
         "q",
         "-l",
         "INFO",
         "-E",
         "--prefetch-multiplier",
         "1",
         "--max-tasks-per-child",
         "5",
         "--without-gossip",
         "--without-mingle",
         "--without-heartbeat",
         "-O",
         "fair",
         "--heartbeat-interval",
         "2"}
    );
    EXPECT_EQ(
        overrides(said.global),
        "worker_send_task_events=true(-E) worker_concurrency=2(-c) "
        "worker_max_tasks_per_child=5(--max-tasks-per-child) "
        "worker_prefetch_multiplier=1(--prefetch-multiplier) "
    );
}

TEST(Options, WarningIsTheDefaultLevelAndAnyCaseIsRead) {
    EXPECT_EQ(say<WorkerCommand>({"worker"}).command.level, log::Level::Warning);
    EXPECT_EQ(say<WorkerCommand>({"worker", "-l", "eRRor"}).command.level, log::Level::Error);
    EXPECT_EQ(say<WorkerCommand>({"worker", "-l", "FATAL"}).command.level, log::Level::Critical);
}

TEST(Options, PrefetchMultiplierZeroLeavesTheSettingAlone) {
    EXPECT_EQ(overrides(say<WorkerCommand>({"worker", "--prefetch-multiplier", "0"}).global), "");
}

TEST(Options, TakeSettingsInBothSpellings) {
    const auto said = say<WorkerCommand>(
        {"worker",
         "task.acks_late=1",
         "--set",
         "worker_pool=solo",
         ".lost_wait=5",
         "--set",
         "app.x=1"}
    );
    EXPECT_EQ(
        overrides(said.global),
        "worker_pool=solo(--set) app.x=1(--set) task_acks_late=1(task.acks_late) "
        "worker_lost_wait=5(.lost_wait) "
    );
}

TEST(Options, LeaveAnOptionsValueAloneThatLooksLikeASetting) {
    const auto said = say<WorkerCommand>({"worker", "-n", "a.b=c", "-l", "info"});
    EXPECT_EQ(said.command.hostname, "a.b=c");
    EXPECT_EQ(overrides(said.global), "");
}

TEST(Options, LeaveWhatFollowsQueuesAlone) {
    const auto said = say<WorkerCommand>({"worker", "-Q", "a", "-X", "b,c"});
    EXPECT_EQ(said.command.queues, std::vector<std::string>{"a"});
    EXPECT_EQ(said.command.exclude_queues, (std::vector<std::string>{"b", "c"}));
}

TEST(Options, ReadCall) {
    const auto said = say<CallCommand>({"call",
                                        "shop.sms",
                                        "-a",
                                        "[1]",
                                        "-k",
                                        "{}",
                                        "--countdown",
                                        "3",
                                        "--queue",
                                        "q",
                                        "--priority",
                                        "3",
                                        "--expires",
                                        "60",
                                        "--serializer",
                                        "yaml",
                                        "--compression",
                                        "zstd",
                                        "-A",
                                        "app"});
    EXPECT_EQ(said.command.task, "shop.sms");
    EXPECT_EQ(said.command.args, "[1]");
    EXPECT_EQ(said.command.kwargs, "{}");
    EXPECT_EQ(said.command.countdown, "3");
    EXPECT_EQ(said.command.queue, "q");
    EXPECT_EQ(said.command.priority, "3");
    EXPECT_EQ(said.command.serializer, "yaml");
    EXPECT_EQ(said.command.compression, "zstd");
    EXPECT_EQ(said.global.app, "app");
}

TEST(Options, ReadResult) {
    const auto said = say<ResultCommand>(
        {"result", "id-1", "--json", "--traceback", "--watch", "--timeout", "2.5"}
    );
    EXPECT_EQ(said.command.id, "id-1");
    EXPECT_TRUE(said.command.json && said.command.traceback && said.command.watch);
    EXPECT_EQ(said.command.timeout, 2.5);
}

TEST(Options, ReadTheHiddenCommandOfThePool) {
    EXPECT_EQ(
        say<PoolChildCommand>({"pool-child", "-A", "/x/app.so", "--set", "a=b"}).global.app,
        "/x/app.so"
    );
    EXPECT_EQ(help({"--help"}).find("pool-child"), std::string::npos);
}

TEST(Options, AnswerAMistypedOptionWithTheNearestOne) {
    EXPECT_EQ(
        mistake({"worker", "--concurency", "4"}),
        "--concurency: no such option, did you mean --concurrency?"
    );
    EXPECT_EQ(mistake({"worker", "--qeues=a"}), "--qeues: no such option, did you mean --queues?");
    EXPECT_EQ(
        mistake({"--brokr", "x", "worker"}), "--brokr: no such option, did you mean --broker?"
    );
    EXPECT_EQ(mistake({"worker", "--zzzzzz"}), "--zzzzzz: no such option");
}

TEST(Options, SayWhyAnOptionOfCeleryIsMissing) {
    EXPECT_EQ(
        mistake({"worker", "-B"}),
        "-B: not available: there is no beat yet; run Python's `celery beat`, it works with us"
    );
    EXPECT_EQ(mistake({"shell"}), "shell: not available: of Python");
}

TEST(Options, AnswerAMistypedCommandWithTheNearestOne) {
    EXPECT_EQ(mistake({"-A", "app", "wroker"}), "wroker: no such command, did you mean worker?");
    EXPECT_EQ(
        mistake({"-A", "app"}),
        "no command, e.g. `worker`, `call` or `result`; `taskworker --help` has all"
    );
    EXPECT_EQ(mistake({"worker", "extra"}), "extra: unexpected argument of `worker`");
}

TEST(Options, RefuseBadValuesInOneLine) {
    EXPECT_EQ(
        mistake({"worker", "-l", "loud"}),
        "-l loud: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, FATAL"
    );
    EXPECT_EQ(mistake({"worker", "--set", "x"}), "--set x: must be NAME=VALUE");
    EXPECT_NE(mistake({"call"}).find("TASK"), std::string::npos);
    EXPECT_NE(mistake({"worker", "-c"}).find("--concurrency"), std::string::npos);
    EXPECT_NE(mistake({"result", "x", "--timeout", "soon"}).find("--timeout"), std::string::npos);
}

TEST(Options, ShowHelpAndVersionWithoutMistake) {
    EXPECT_EQ(help({"--version"}).substr(0, 11), "taskworker ");
    const auto top = help({"--help"});
    for (const auto* part :
         {"Usage: taskworker", "Global options:", "Commands:", "worker", "call", "result"})
        EXPECT_NE(top.find(part), std::string::npos) << part << "\n" << top;
    const auto worker = help({"worker", "--help"});
    for (const auto* part : {"Worker:", "Pool:", "Queues:", "-c,--concurrency", "-Q,--queues"})
        EXPECT_NE(worker.find(part), std::string::npos) << part << "\n" << worker;
    EXPECT_NE(help({"result", "--help"}).find("Exit code"), std::string::npos);
}

TEST(Options, ReadTheCommandsAboutQueuesAndModules) {
    const auto purge = say<PurgeCommand>({"purge", "-f", "-Q", "a,b", "-X", "b"}).command;
    EXPECT_TRUE(purge.force);
    EXPECT_EQ(purge.queues, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(purge.exclude_queues, std::vector<std::string>{"b"});
    EXPECT_TRUE(say<ReportCommand>({"report", "--json"}).command.json);
    EXPECT_TRUE(say<RegisteredCommand>({"-A", "app", "registered", "--json"}).command.json);
    const auto made = say<NewCommand>({"new", "shop", "--directory", "x/y"}).command;
    EXPECT_EQ(made.name + " " + made.directory, "shop x/y");
}

TEST(Options, ReadTheLogAndTheDaemonAsSettings) {
    const auto said = say<WorkerCommand>(
        {"worker",
         "-D",
         "-f",
         "%n.log",
         "--log-format=json",
         "--pidfile",
         "w.pid",
         "--uid",
         "nobody",
         "--umask=022",
         "--purge"}
    );
    EXPECT_TRUE(said.command.detach && said.command.purge);
    EXPECT_EQ(
        overrides(said.global),
        "worker_logfile=%n.log(-f) worker_log_type=json(--log-format) "
        "worker_pidfile=w.pid(--pidfile) worker_uid=nobody(--uid) worker_umask=022(--umask) "
    );
}

TEST(Options, TakeFromTheEnvironmentWhatTheCommandLineDoesNotSay) {
    const Variables variables = {
        {"CELERY_WORKER_HOSTNAME", "w1@h"},
        {"CELERY_WORKER_LOGLEVEL", "info"},
        {"CELERY_WORKER_PURGE", "yes"},
        {"CELERY_WORKER_DETACH", "0"},
        {"CELERY_WORKER_QUEUES", "a,b"},
        {"CELERY_WORKER_TIME_LIMIT", "30"},
        {"CELERY_CALL_QUEUE", "not of this command"},
        {"CELERY_QUIET", "1"},
        {"APP", "mine"},
        {"BROKER_URL", "redis://h/1"},
        {"CELERY_WORKER_CONCURRENCY", "a setting's variable, which the settings read"}};
    auto parsed = parse_options({"worker", "-l", "error"}, variables);
    const auto& said = std::get<Invocation>(parsed);
    const auto& worker = std::get<WorkerCommand>(said.command);
    EXPECT_EQ(worker.hostname, "w1@h");
    EXPECT_EQ(worker.level, log::Level::Error);
    EXPECT_TRUE(worker.purge);
    EXPECT_FALSE(worker.detach);
    EXPECT_EQ(worker.queues, (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(said.global.quiet);
    EXPECT_EQ(said.global.app, "mine");
    EXPECT_EQ(
        overrides(said.global),
        "broker_url=redis://h/1(environment BROKER_URL) "
        "task_time_limit=30(environment CELERY_WORKER_TIME_LIMIT) "
    );
}

TEST(Options, KnowTheVariablesThatStandForOptions) {
    const auto known = say<WorkerCommand>({"worker"}).global.variables;
    const auto has = [&](const char* name) {
        return std::find(known.begin(), known.end(), name) != known.end();
    };
    EXPECT_TRUE(has("CELERY_APP") && has("CELERY_WORKER_HOSTNAME") && has("CELERY_PURGE_FORCE"));
    EXPECT_FALSE(has("CELERY_WORKER_CONCURRENCY"));  // a setting's
    EXPECT_FALSE(has("CELERY_HELP") || has("CELERY_VERSION"));
}

TEST(Options, SayWhichVariableIsWrong) {
    auto parsed = parse_options({"worker"}, {{"CELERY_WORKER_PURGE", "perhaps"}});
    EXPECT_EQ(
        std::get<Ending>(parsed).err,
        "environment CELERY_WORKER_PURGE = \"perhaps\": must be true or false"
    );
}

// Letters of two bytes are one column.
std::size_t columns(std::string_view line) {
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (c & 0xC0) != 0x80;
    }));
}

TEST(Options, HelpFitsATerminal) {
    for (const auto& text :
         {help({"--help"}),
          help({"worker", "--help"}),
          help({"call", "--help"}),
          help({"purge", "--help"}),
          help({"new", "--help"})}) {
        std::size_t start = 0;
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', start)) {
            EXPECT_LE(columns(text.substr(start, end - start)), 80u)
                << text.substr(start, end - start);
            start = end + 1;
        }
    }
}

}  // namespace
}  // namespace taskworker
