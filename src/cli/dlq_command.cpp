#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "base/moment.hpp"
#include "broker/open_broker.hpp"
#include "broker/redis_keys.hpp"
#include "cli/commands.hpp"
#include "cli/dead_letter_choice.hpp"
#include "cli/exit_code.hpp"
#include "cli/node_name.hpp"
#include "client/producer.hpp"
#include "lifecycle/fresh_delivery.hpp"
#include "taskworker/errors.hpp"

namespace taskworker {
namespace {

using Action = DlqCommand::Action;
constexpr std::size_t kPage = 64;  // whole messages in one answer

template <class F>
void each_chosen(DeadLetters& letters, const DlqCommand& options, F&& take) {
    const auto now = SystemClock().now();
    auto left = options.limit.value_or(std::size_t(-1));
    std::string before;
    while (left > 0) {
        const auto page = letters.before(before, kPage);
        if (page.empty()) return;
        before = page.back().entry;
        for (const auto& letter : page) {
            if (left == 0 || !is_chosen(letter, options, now)) continue;
            take(letter);
            --left;
        }
    }
}

int print_chosen(DeadLetters& letters, const DlqCommand& options) {
    std::size_t n = 0;
    each_chosen(letters, options, [&](const DeadLetter& letter) {
        const bool show = options.action == Action::Show;
        const auto text = options.json ? letter_json(letter, show)
                          : show       ? letter_text(letter)
                                       : letter_line(letter);
        std::fwrite(text.data(), 1, text.size(), stdout);
        ++n;
    });
    const bool printed = std::fflush(stdout) == 0;
    if (n == 0 && is_narrowed(options)) {
        fmt::print(stderr, "no such dead letter\n");
        return kNotFound;
    }
    if (n == 0 && !options.json) fmt::print(stderr, "no dead letters\n");
    return printed ? kDone : kFailed;
}

// Whoever cannot be asked has to say --yes.
bool confirmed(const DlqCommand& options, std::size_t n) {
    if (options.yes) return true;
    const auto* what = options.action == Action::Replay ? "Replay" : "Delete";
    if (::isatty(STDIN_FILENO) == 0)
        throw ConfigError(
            fmt::format("dlq: {} {} dead letter(s)? Nobody can be asked: say --yes", what, n)
        );
    fmt::print("{} {} dead letter(s)? [y/N] ", what, n);
    std::fflush(stdout);
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

// Counted first and asked; then in pieces, so that messages of any size fit into memory.
int change_chosen(DeadLetters& letters, const RedisKeys& keys, const DlqCommand& options) {
    if (!is_narrowed(options) && !options.all)
        throw ConfigError(
            "dlq: say which, by id, --task, --reason, --queue, --older, --younger or --all"
        );
    std::size_t n = 0;
    each_chosen(letters, options, [&](const DeadLetter&) { ++n; });
    if (n == 0) {
        fmt::print(stderr, "no such dead letter\n");
        return kNotFound;
    }
    if (!confirmed(options, n)) return kFailed;
    std::size_t changed = 0;
    each_chosen(letters, options, [&](const DeadLetter& letter) {
        if (options.action == Action::Purge) {
            changed += letters.remove({&letter.entry, 1});
            return;
        }
        const Replay back{
            .entry = letter.entry,
            .list = keys.list(letter.queue, facts_of(letter).priority),
            .message = as_fresh_delivery(letter.message)};
        changed += letters.replay({&back, 1});
    });
    fmt::print(
        "{} dead letter(s) {}\n", changed, options.action == Action::Purge ? "deleted" : "replayed"
    );
    return kDone;
}

}  // namespace

int run_dlq_command(
    const GlobalOptions& global, const DlqCommand& options, RegisterTasks linked_in
) {
    if (options.action == Action::Show && options.ids.empty() && !is_narrowed(options))
        throw ConfigError("dlq show: say which, by the id of the entry or of the task");
    const Session session(global, linked_in, NeedsApp::No);
    auto luck = Luck::seeded_by_the_system();
    const auto transport = open_broker(session.settings(), producer_name(host_name()), luck.uuid());
    const auto letters = transport->dead_letters();
    if (options.action == Action::List || options.action == Action::Show)
        return print_chosen(*letters, options);
    const RedisKeys keys(parse_transport_options(session.settings().broker_transport_options));
    return change_chosen(*letters, keys, options);
}

}  // namespace taskworker
