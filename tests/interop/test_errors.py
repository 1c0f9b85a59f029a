"""A failing task looks to Python as if Python had run it."""
import pytest
from celery.exceptions import NotRegistered

FAILING = [("ValueError", ValueError), ("KeyError", KeyError), ("TypeError", TypeError),
           ("RuntimeError", RuntimeError), ("ZeroDivisionError", ZeroDivisionError), ("OSError", OSError)]


def failure(rig, task, *args, **kwargs):
    result = rig.call(task, *args, **kwargs)
    return rig.ended(result.id, "FAILURE")


def last_line(doc):
    return doc["traceback"].rstrip("\n").splitlines()[-1]


@pytest.mark.parametrize("name, cls", FAILING, ids=[name for name, _ in FAILING])
def test_get_raises_pythons_own_class(rig, name, cls):
    result = rig.call("fail", "no such gööds", name)
    with pytest.raises(cls) as caught:
        result.get(timeout=10)
    assert caught.value.args == ("no such gööds",)
    doc = rig.doc(result.id)
    assert doc["result"] == {"exc_type": name, "exc_message": ["no such gööds"], "exc_module": "builtins"}
    assert doc["traceback"].startswith("Traceback (most recent call last):\n")


def test_the_document_of_a_failure(rig):
    doc = failure(rig, "fail")
    assert list(doc) == ["status", "result", "traceback", "children", "date_done", "task_id"]
    assert doc["children"] == [] and doc["date_done"]
    assert last_line(doc) == "ValueError: boom"


def test_the_apps_own_class(rig):
    result = rig.call("fail", "mine", exc_type="ConformanceError")
    with pytest.raises(Exception, match="^mine$") as caught:
        result.get(timeout=10)
    assert type(caught.value).__name__ == "ConformanceError"
    doc = rig.doc(result.id)
    assert doc["result"] == {
        "exc_type": "ConformanceError", "exc_message": ["mine"], "exc_module": "conformance"}
    assert last_line(doc).endswith("ConformanceError: mine")


def test_the_text_of_a_key_error_has_quotes(rig):
    assert last_line(failure(rig, "fail", "why", "KeyError")) == "KeyError: 'why'"


def test_an_exception_with_several_arguments(rig):
    doc = failure(rig, "fail_args", "a", 2, None, [3.5])
    assert doc["result"]["exc_message"] == ["a", 2, None, [3.5]]
    assert last_line(doc).endswith("ConformanceError: ('a', 2, None, [3.5])")


def test_an_exception_without_arguments(rig):
    doc = failure(rig, "fail_args")
    assert doc["result"]["exc_message"] == []
    assert last_line(doc).rstrip(": ").endswith("ConformanceError")


def test_a_long_message(rig):
    doc = failure(rig, "fail", "long " * 50_000)
    assert doc["result"]["exc_message"] == ["long " * 50_000]


def test_without_propagation_the_exception_is_the_result(rig):
    result = rig.call("fail")
    error = result.get(timeout=10, propagate=False)
    assert isinstance(error, ValueError) and result.failed()
    assert "ValueError: boom" in result.traceback


WRONG_CALLS = {
    "one missing": (("add", 1), {}, "add() missing 1 required positional argument: 'y'"),
    "two missing": (("add",), {}, "add() missing 2 required positional arguments: 'x' and 'y'"),
    "three missing": (("append_slow",), {}, "append_slow() missing 3 required positional arguments: "
                                            "'key', 'value', and 'seconds'"),
    "too many": (("add", 1, 2, 3), {}, "add() takes 2 positional arguments but 3 were given"),
    "too many for one": (("identity", 1, 2), {}, "identity() takes 1 positional argument but 2 were given"),
    "too many for none": (("pid", 1), {}, "pid() takes 0 positional arguments but 1 was given"),
    "too many with defaults": (("fail", 1, 2, 3), {}, "fail() takes from 0 to 2 positional arguments "
                                                      "but 3 were given"),
    "unknown keyword": (("add", 1, 2), {"z": 3}, "add() got an unexpected keyword argument 'z'"),
    "doubled": (("add", 1, 2), {"x": 3}, "add() got multiple values for argument 'x'"),
    "bound, missing": (("retry_then_succeed",), {}, "retry_then_succeed() missing 2 required positional "
                                                    "arguments: 'key' and 'times'"),
    "keyword only": (("errback_old", "x"), {}, "errback_old() missing 1 required keyword-only argument: 'key'"),
}


@pytest.mark.parametrize("call, keywords, text", WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_wrong_arguments_are_a_type_error_in_pythons_words(rig, call, keywords, text):
    doc = failure(rig, *call, **keywords)
    assert doc["result"] == {"exc_type": "TypeError", "exc_message": [text], "exc_module": "builtins"}
    assert last_line(doc) == f"TypeError: {text}"


@pytest.mark.parametrize("x, y", [(1, "x"), ("x", 1), (None, 1), ([1], "x"), ({}, {})], ids=ascii)
def test_values_that_cannot_be_added(rig, x, y):
    assert failure(rig, "add", x, y)["result"]["exc_type"] == "TypeError"


def test_what_is_not_a_list_of_numbers_has_no_sum(rig):
    for value in (7, ["x"], None):
        assert failure(rig, "tsum", value)["result"]["exc_type"] == "TypeError"


def test_an_unknown_task_is_not_registered(rig):
    result = rig.app.send_task("no.such.task", (1,))
    with pytest.raises(NotRegistered):
        result.get(timeout=10)
    doc = rig.doc(result.id)
    assert doc["result"] == {"exc_type": "NotRegistered", "exc_message": ["no.such.task"],
                             "exc_module": "celery.exceptions"}
    rig.main.logs("ERROR", "Received unregistered task of type 'no.such.task'.")
    assert rig.get("add", 1, 1) == 2
