#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/moment.hpp"
#include "canvas/result_node.hpp"
#include "canvas/signature_json.hpp"
#include "message/publish.hpp"
#include "message/settlement.hpp"

namespace taskworker {

// The task in whose name something is sent: what is sent is its child.
struct CurrentTask {
    std::string id, root_id;
    int priority = 0;
};

// What sending a canvas comes to. The group writes must be there before the messages are.
struct Dispatch {
    std::vector<Publication> messages;
    std::vector<GroupWrite> writes;
    Json children = Json::array();  // as_tuple() of what the current task has sent
};

// The messages as they will lie in the broker. Throws EncodeError.
std::vector<Outgoing> outgoing(const std::vector<Publication>& messages);

namespace canvas {

// What freeze() gives a signature, null or empty for none (Signature.freeze).
struct Frozen {
    Json id, group_id, chord, root_id, parent_id, group_index;
};

// Sends canvases: all that celery/canvas.py does between apply_async() and the message, with the
// ids that it gives. One for everything that one task sends. Pure: luck and time are the moment's.
class Expander {
public:
    Expander(const Moment& moment, std::optional<CurrentTask> current)
        : moment_(moment), current_(std::move(current)) {}

    // signature.apply_async(args, kwargs, **options). `signature` is normal (read()).
    ResultTree apply(
        const Json& signature,
        const Json& args = Json::array(),
        const Json& kwargs = Json::object(),
        Json options = Json::object()
    );
    // A step of a chain with the steps behind it.
    ResultTree apply_step(const Json& step, const Json& args, Json options, JsonList rest);
    // Gives all parts their ids, in place.
    ResultTree freeze(Json& signature, const Frozen& with);

    Dispatch take() { return std::move(dispatch_); }

private:
    struct Steps {
        std::vector<Json> tasks;  // the last one first
        std::vector<ResultTree> results;
    };
    struct StepsWish {
        Json args = Json::array(), kwargs = Json::object();
        Json root_id, link_error, last_id, group_id, chord, group_index;
        bool clone = true;
    };
    class StepMaker;

    ResultTree freeze_task(Json& signature, const Frozen& with);
    ResultTree freeze_chain(Json& signature, const Frozen& with);
    ResultTree freeze_group(Json& signature, const Frozen& with);
    ResultTree freeze_chord(Json& signature, const Frozen& with);
    Steps prepare_steps(Json::array_t& tasks, const StepsWish& wish);

    ResultTree apply_chain(
        const Json& signature, const Json& args, const Json& kwargs, Json options
    );
    // Whether a group says how many parts its chord has, or a chord around it has said so already.
    enum class Size { Its, Outer };
    ResultTree apply_group(
        const Json& signature, const Json& args, const Json& kwargs, Json options, Size size
    );
    ResultTree apply_chord(
        const Json& signature, const Json& args, const Json& kwargs, Json options
    );
    ResultTree apply_chunks(const Json& signature, Json options);
    ResultTree run_chord(
        const Json& signature,
        Json header,
        Json body,
        const Json& args,
        const Json& kwargs,
        const Json& task_id,
        Json options
    );
    struct Member {
        Json signature;
        ResultTree result;
    };
    void prepare_members(
        const Json::array_t& tasks,
        const Json& group_id,
        const Json& root_id,
        std::vector<Member>& to
    );
    ResultTree publish(std::string task, Json args, Json kwargs, Json options, JsonList chain = {});
    void add_child(const ResultTree& result, const Json& wanted);
    bool on_header() const { return moment_.settings.task_allow_error_cb_on_chord_header; }

    const Moment& moment_;
    std::optional<CurrentTask> current_;
    Dispatch dispatch_;
};

// How many parts a signature in a chord's header counts for (canvas.py: _chord._descend).
std::size_t chord_size(const Json& signature);

}  // namespace canvas
}  // namespace taskworker
