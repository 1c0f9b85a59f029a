"""The app `integration`: its work-flow tasks, called as Celery's own t/integration calls them."""
import pytest
from celery import chain, chord, group
from celery.result import result_from_tuple

from support.wait import eventually
from test_integration_app import suite  # noqa: F401  a fixture

pytestmark = pytest.mark.ours
KINDS = ("chain", "group", "chord")


@pytest.fixture
def s(suite):
    return lambda task, *args, prefix="t.integration.tasks.", **kwargs: suite.app.signature(prefix + task, args, kwargs)


def get(call, wait=20):
    return call.apply_async().get(timeout=wait)


@pytest.mark.parametrize("task, args, expected", [
    ("add_replaced", (3, 4), 7),
    ("add_to_all", ([1, 2, 3], 10), [11, 12, 13]),
    ("replace_with_stamped_task", (), True)])
def test_a_task_replaces_itself(s, task, args, expected):
    assert get(s(task, *args)) == expected


def test_a_task_replaced_within_a_chain(s):
    assert get(chain(s("add", 1, 1), s("add_replaced", 5), s("add", 1))) == 8
    assert get(chain(s("identity", [4, 2]), s("add_to_all", 100))) == [104, 102]


def test_replaced_by_a_task_that_fails(s):
    with pytest.raises(Exception, match="Task expected to fail"):
        get(s("fail_replaced", 5))


def test_an_empty_chain_replaces_nothing(suite, s):
    stored = suite.ended(s("replace_with_empty_chain").apply_async().id, "FAILURE", timeout=20)["result"]
    assert (stored["exc_type"], stored["exc_module"]) == ("ImproperlyConfigured", "celery.exceptions")
    assert stored["exc_message"] == ["Cannot replace with an empty chain"]


def test_a_chord_grows(s):
    assert get(chord([s("add", 100, 100), s("add_to_all_to_chord", [1, 2, 3], 10)], s("tsum")), 30) == 200 + 0 + 36
    assert get(chord([s("add", 100, 100), s("add_chord_to_chord", [1, 2, 3], 10)], s("xsum")), 30) == 200 + 0 + 36


@pytest.mark.parametrize("link_msg, echoed", [(None, b"hello"), ("Internal chain callback", b"Internal chain callback")])
def test_the_callback_of_the_chain_that_replaces_a_task(suite, s, link_msg, echoed):
    suite.here.delete("redis-echo")
    assert get(s("replace_with_chain", "hello", link_msg=link_msg)) == "hello"
    eventually(lambda: suite.here.lrange("redis-echo", 0, -1) == [echoed.decode()], what="the callback's mark")


def test_the_errback_of_the_chain_that_replaces_a_task(suite, s):
    suite.here.delete("redis-echo")
    with pytest.raises(ValueError):
        get(s("replace_with_chain_which_raises", "hello", link_msg="Internal chain errback"))
    eventually(lambda: suite.here.lrange("redis-echo", 0, -1) == ["Internal chain errback"], what="the errback's mark")


def test_replaced_in_the_second_order(suite, s):
    suite.here.delete("redis-echo")
    get(s("second_order_replace1"))
    expected = ["In A", "In B", "In/Out C", "Out B", "Out A"]
    eventually(lambda: suite.here.lrange("redis-echo", 0, -1) == expected, what=str(expected))


def test_a_chain_built_inside_a_task_comes_back_as_its_result(suite, s):
    result = result_from_tuple(get(s("build_chain_inside_task")), app=suite.app)
    steps = []
    while result is not None:
        steps.append(result)
        result = result.parent
    last, parts, second, first = steps
    assert (first.get(timeout=20), second.get(timeout=20), parts.get(timeout=20)) == (2, 4, [7, 8])
    with pytest.raises(TypeError):  # it adds a number to a list, in Celery's suite as well
        last.get(timeout=20)


@pytest.mark.parametrize("outer", KINDS)
@pytest.mark.parametrize("inner", KINDS)
def test_nested_signatures_are_rebuilt(suite, s, outer, inner):
    form = get(s(f"return_nested_signature_{outer}_{inner}"))
    assert form == python_form(outer, inner)
    assert get(s("rebuild_signature", form)) is None
    broken = dict(form, kwargs={key: [7] for key in ("tasks", "header", "body")})
    with pytest.raises(TypeError, match="not a signature"):
        get(s("rebuild_signature", broken))


def python_form(outer, inner):
    """What Celery's own task returns, as it comes through JSON."""
    import json

    from celery import Celery
    from kombu.utils.json import dumps

    app = Celery(set_as_current=False)
    leaf = app.signature("t.integration.tasks.add")
    make = {"chain": lambda x: chain([x], app=app) if x is leaf else chain(x, app=app),
            "group": lambda x: group([x], app=app), "chord": lambda x: chord(x if x is not leaf else [x], leaf, app=app)}
    return json.loads(dumps(make[outer](make[inner](leaf))))


@pytest.mark.parametrize("task, counted", [("errback_old_style", 1), ("errback_new_style", 1)])
def test_errbacks_of_both_styles(suite, s, task, counted):
    call = s("fail", "x").on_error(s(task)).apply_async()
    with pytest.raises(Exception, match="Task expected to fail"):
        call.get(timeout=20)
    eventually(lambda: suite.here.get(call.id) == str(counted), what="the errback's count")


def test_the_smoke_suites_replacement(s):
    assert get(s("replace_with_task", prefix="t.smoke.tasks.")) is True
    assert get(s("replace_with_task", dict(s("add", 1, 2)), prefix="t.smoke.tasks.")) == 3
