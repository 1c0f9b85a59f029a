"""Messages of all kinds, sent by real Celery; each is (name, function that sends it)."""
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from celery import chain, chord, group
from celery.canvas import StampingVisitor
from golden_app import add, app, echo, fail

BERLIN = timezone(timedelta(hours=2))
TYPED = (
    datetime(2024, 1, 2, 3, 4, 5, 678901), datetime(2024, 1, 2, tzinfo=BERLIN), date(2024, 1, 2), time(3, 4, 5),
    Decimal("1.50"), uuid.UUID("12345678-1234-5678-1234-567812345678"), b"text", b"\x00\xff",
)
UNICODE = "na\u00efve \u03a9 \u4e2d\u6587 \U0001f43f\ufe0f \u2028 \"quoted\" back\\slash \n\t/ \x7f \ud83d"


class Monitoring(StampingVisitor):
    def on_signature(self, sig, **headers):
        return {"monitoring_id": "m-1", "levels": ["a", "b"], "stamped_headers": ["monitoring_id", "levels"]}


def stamped():
    sig = add.s(1, 2)
    sig.stamp(visitor=Monitoring())
    sig.apply_async()


def protocol1(*args, **options):
    app.conf.task_protocol = 1
    app.__dict__.pop("amqp", None)
    try:
        add.apply_async(*args, **options)
    finally:
        app.conf.task_protocol = 2
        app.__dict__.pop("amqp", None)


def body_encoding_utf8():
    with app.connection_for_write(transport_options={"body_encoding": "utf-8"}) as connection:
        add.apply_async((1, "\u00e9"), connection=connection)


ETA = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SENDERS = [
    ("plain", lambda: add.delay(2, 3)),
    ("no arguments", lambda: add.delay()),
    ("one argument", lambda: add.delay(1)),
    ("keywords", lambda: echo.delay(1, key="value", other=[1, {"a": None}])),
    ("list instead of tuple", lambda: add.apply_async([2, 3])),
    ("unicode", lambda: echo.delay(UNICODE, **{"kl\u00fc\u0161": UNICODE})),
    ("quotes", lambda: echo.delay("it's", '"', "it's \"both\"")),
    ("typed values", lambda: echo.delay(*TYPED, when=TYPED[0])),
    ("big integers", lambda: echo.delay(2**63 - 1, 2**63, 2**64, -(2**70), 10**50)),
    ("floats", lambda: echo.delay(0.1, 1.0, 1e16, 1e-7, -0.0, float("nan"), float("inf"), float("-inf"))),
    ("deep", lambda: echo.delay([[[[[[1]]]]]], a={"b": {"c": {"d": {"e": 1}}}})),
    ("long arguments", lambda: echo.delay("x" * 3000, ["word " * 300])),
    ("eta", lambda: add.apply_async((1, 2), eta=ETA)),
    ("eta with microseconds and zone", lambda: add.apply_async((1, 2), eta=datetime(2030, 1, 2, 3, 4, 5, 6, BERLIN))),
    ("naive eta", lambda: add.apply_async((1, 2), eta=datetime(2030, 1, 2, 3, 4, 5))),
    ("countdown and expires", lambda: add.apply_async((1, 2), countdown=5, expires=60)),
    ("expires at a time", lambda: add.apply_async((1, 2), expires=ETA)),
    ("expires in the past", lambda: add.apply_async((1, 2), expires=-5)),
    ("ignore_result", lambda: add.apply_async((1, 2), ignore_result=True)),
    ("priority", lambda: add.apply_async((1, 2), priority=7)),
    ("custom headers", lambda: add.apply_async((1, 2), headers={"tenant": "shop-\u00e9", "trace": {"a": [1, 2.5]}})),
    ("header that shadows one of Celery's", lambda: add.apply_async((1, 2), headers={"origin": "me", "x-death": [1]})),
    ("shadow", lambda: add.apply_async((1, 2), shadow="golden.other")),
    ("time limits", lambda: add.apply_async((1, 2), time_limit=30, soft_time_limit=20.5)),
    ("one time limit", lambda: add.apply_async((1, 2), soft_time_limit=3)),
    ("retries", lambda: add.apply_async((1, 2), retries=2)),
    ("task_id", lambda: add.apply_async((1, 2), task_id="my id/\u00e9")),
    ("reply_to and other properties", lambda: add.apply_async((1, 2), reply_to="q", app_id="shop", user="u")),
    ("another queue", lambda: add.apply_async((1, 2), queue="sms")),
    ("named exchange", lambda: add.apply_async((1, 2), exchange="celery", routing_key="celery")),
    ("link", lambda: add.apply_async((1, 2), link=add.s(3))),
    ("links and link_error", lambda: add.apply_async((1, 2), link=[add.s(3), add.si(1, 1)], link_error=fail.s())),
    ("chain", lambda: chain(add.s(1, 2), add.s(3), add.s(4)).apply_async()),
    ("chain of groups", lambda: (add.s(1, 2) | group(add.s(3), add.s(4)) | echo.s()).apply_async()),
    ("group", lambda: group(add.s(1, 2), add.s(3, 4)).apply_async()),
    ("chord", lambda: chord([add.s(1, 2), add.s(3, 4)])(echo.s())),
    ("chord with errbacks", lambda: chord([add.s(1, 2), add.s(3, 4)])(echo.s().on_error(fail.s()))),
    ("parent and root", lambda: add.apply_async((1, 2), root_id="the-root", parent_id="the-parent")),
    ("replaced", lambda: add.apply_async((1, 2), replaced_task_nesting=3)),
    ("stamps", stamped),
    ("send_task", lambda: app.send_task("elsewhere.task", [1], {"a": 1})),
    ("argsrepr given", lambda: add.apply_async((1, 2), argsrepr="(<secret>,)", kwargsrepr="{}")),
    ("protocol 1", lambda: protocol1((2, 3))),
    ("protocol 1 with eta", lambda: protocol1((2, 3), eta=ETA, expires=ETA, retries=1)),
    ("protocol 1 with callbacks", lambda: protocol1((2, 3), link=add.s(1), link_error=fail.s(), time_limit=9)),
    ("protocol 1 with headers", lambda: protocol1((), {"x": "\u00e9"}, headers={"tenant": "shop"}, priority=3)),
    ("body encoding utf-8", body_encoding_utf8),
    ("zlib", lambda: add.apply_async((1, 2), compression="zlib")),
    ("bzip2", lambda: add.apply_async((1, 2), compression="bzip2")),
    ("yaml", lambda: add.apply_async((1, 2), serializer="yaml")),
    ("msgpack", lambda: add.apply_async((1, 2), serializer="msgpack")),
    ("pickle", lambda: add.apply_async((1, 2), serializer="pickle")),
]


def forms():
    """Every serializer with every compression."""
    plain = (1, "\u00e9\U0001f43f", 1.5, None, True, [1, [2]], {"k": "yes", "1": "1"}, -(2**63), 2**63)
    dates = (TYPED[0], TYPED[1], TYPED[2], b"text", b"\x00\xff")
    for serializer, args in [("json", plain + TYPED), ("yaml", plain + dates), ("msgpack", plain + dates[3:])]:
        for codec in (None, "gzip", "zlib", "bzip2", "lzma", "zstd", "brotli"):
            options = {"serializer": serializer, "compression": codec}
            yield f"{serializer}, {codec}", lambda a=args, o=options: echo.apply_async(a, {"k": a}, **o)
    # PyYAML cannot represent the signatures of a chain.
    yield "chain in msgpack", lambda: (add.s(1, 2) | add.s(3)).apply_async(serializer="msgpack", link_error=fail.s(), eta=ETA)
