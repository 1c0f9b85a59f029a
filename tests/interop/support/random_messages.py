"""Random values, random messages made of them by kombu and Celery, and random damage."""
import random
import string
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

LETTERS = string.ascii_letters + "  '\"\\/\n\t\x00\x7f:#-,[]{}&*!|>%@`~?=<.0123456789_" + "é\u00a0中\u2028\ufeff😀"
TRICKY = ["", " ", "null", "~", "yes", "No", "on", "TRUE", "1", "-1", "0x1f", "0o17", "017", "1_000", "1:30", "1.5", "1e5",
          "1.0e+5", ".5", ".inf", "-.INF", ".nan", "2024-01-02", "2024-01-02T03:04:05Z", "<<", "=", "- a", "a: b", "a #b",
          "#", "'", "\"", "|", ">", "%", "@", "`", "*a", "&a", "!a", "[", "]", "{", "}", ",", "?", ":", "---", "...", "\n",
          "a\nb\n", "  lead", "trail  ", "tab\there", "__type__"]
ZONES = [None, timezone.utc, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5, minutes=-30))]


class Values:
    """Values that the given serializer can carry."""

    def __init__(self, dice, serializer):
        self.dice = dice
        self.serializer = serializer

    def text(self):
        if self.dice.random() < 0.3:
            return self.dice.choice(TRICKY)
        return "".join(self.dice.choice(LETTERS) for _ in range(int(self.dice.expovariate(0.08))))

    def integer(self):
        digits = self.dice.choice([1, 3, 9, 18, 19])
        value = self.dice.randint(-10 ** digits, 10 ** digits)
        if self.serializer == "msgpack":
            return max(-2 ** 63, min(value, 2 ** 64 - 1))
        return value * 10 ** self.dice.choice([0, 0, 0, 30])

    def number(self):
        return self.dice.choice([
            self.dice.uniform(-1000, 1000), 0.0, -0.0, 1.0, 1e16, 1e-7, 1.5e300, 5e-324, float("inf"), float("-inf"),
            self.dice.uniform(-1, 1) * 10 ** self.dice.randint(-300, 300)])

    def bytes(self):
        return self.dice.choice([b"", b"text", "é".encode(), self.dice.randbytes(self.dice.randrange(40))])

    def moment(self):
        micros = self.dice.choice([0, 0, 5, 678901, 100000])
        return datetime(self.dice.randint(1, 9999), self.dice.randint(1, 12), self.dice.randint(1, 28), self.dice.randrange(24),
                        self.dice.randrange(60), self.dice.randrange(60), micros, self.dice.choice(ZONES))

    def typed(self):
        if self.serializer == "msgpack":
            return self.bytes()
        kinds = [self.bytes, self.moment, lambda: self.moment().date()]
        if self.serializer == "json":
            kinds += [lambda: self.moment().timetz(), lambda: Decimal(self.dice.choice(["1.50", "-0", "1E+10", "NaN", "12e-30"])),
                      lambda: uuid.UUID(int=self.dice.getrandbits(128))]
        return self.dice.choice(kinds)()

    def value(self, depth=4):
        kind = self.dice.randrange(12 if depth else 9)
        if kind < 3:
            return self.text()
        if kind < 5:
            return self.integer()
        if kind >= 11:
            return {self.text(): self.value(depth - 1) for _ in range(self.dice.randrange(5))}
        if kind >= 9:
            return [self.value(depth - 1) for _ in range(self.dice.randrange(5))]
        return self.scalar()

    def scalar(self):
        made = self.dice.choice([None, True, False, self.number, self.number, self.typed, self.typed])
        return made() if callable(made) else made


def random_call(dice, serializer, compressions):
    """Arguments of apply_async()."""
    values = Values(dice, serializer)
    options = {"serializer": serializer, "compression": dice.choice([None, *compressions])}

    def maybe(chance, name, make):
        if dice.random() < chance:
            options[name] = make()

    maybe(0.2, "countdown", lambda: dice.uniform(0.1, 1e6))
    maybe(0.1, "eta", lambda: datetime(2030, 1, 2, 3, 4, 5, dice.choice([0, 6]), dice.choice(ZONES)))
    maybe(0.2, "expires", lambda: dice.choice([dice.uniform(1, 1e6), datetime(2031, 1, 1, tzinfo=timezone.utc)]))
    maybe(0.2, "priority", lambda: dice.randrange(10))
    maybe(0.1, "time_limit", lambda: dice.choice([30, 20.5]))
    maybe(0.1, "soft_time_limit", lambda: dice.choice([3, 2.5]))
    maybe(0.2, "ignore_result", lambda: dice.choice([True, False]))
    maybe(0.1, "shadow", values.text)
    maybe(0.2, "headers", lambda: {f"x-{i}": dice.choice([values.text(), values.integer(), [1, {"a": None}]]) for i in range(2)})
    maybe(0.1, "retries", lambda: dice.randrange(5))
    maybe(0.1, "group_id", lambda: str(uuid.UUID(int=dice.getrandbits(128))))
    maybe(0.1, "group_index", lambda: dice.randrange(100))
    maybe(0.1, "root_id", values.text)
    maybe(0.1, "parent_id", values.text)
    maybe(0.1, "replaced_task_nesting", lambda: dice.randrange(3))
    args = [values.value() for _ in range(dice.randrange(4))]
    kwargs = {values.text(): values.value() for _ in range(dice.randrange(3))}
    return args, kwargs, options


def damaged(dice, raw):
    """The same bytes with a few of them changed, lost or doubled."""
    raw = bytearray(raw)
    for _ in range(dice.randint(1, 3)):
        if not raw:
            break
        at = dice.randrange(len(raw))
        what = dice.randrange(4)
        if what == 0:
            raw[at] = dice.randrange(256)
        elif what == 1:
            del raw[at:at + dice.randint(1, 8)]
        elif what == 2:
            del raw[at:]
        else:
            raw[at:at] = raw[at:at + dice.randint(1, 8)]
    return bytes(raw)


def random_yaml(dice):
    """YAML as people write it, not only as safe_dump does."""
    values = Values(dice, "yaml")

    def scalar():
        return dice.choice([
            dice.choice(TRICKY[1:27]), str(values.integer()), f"'{dice.choice(['a', '1', 'it''s', ''])}'", '"\\u00e9\\x41\\n"',
            "2024-1-2 3:04:05.5 +1:30", "2024-01-02t03:04:05.123456789-05", "2001-12-14 21:59:43.10 -5", "0b1010", "-0x_ff", "+12",
            "190:20:30", "190:20:30.15", "1_000.5", "-.5", "+.inf", "0.", "1.e+3", "0_", "08", "0b", "1__0", "!!str 12",
            "!!float 3", "!!int '7'", "!!binary aGk=", "!!bool yes", "!!null ''", "! 12", "!!timestamp 2024-01-02", "!x 1",
            "!!python/name:os.system ''", "*a", "&a x", "&b 7", "*b"])

    def block(indent, depth):
        pad = "  " * indent
        kind = dice.randrange(5 if depth else 1)
        if kind == 0:
            return " " + scalar() + "\n"
        if kind == 1:
            return "\n" + "".join(f"{pad}-{block(indent + 1, depth - 1)}" for _ in range(dice.randint(1, 3)))
        if kind == 2:
            return " [" + ", ".join(dice.choice(["1", "a", "null", "'x'", "{a: 1, b}", "[]", "<<"]) for _ in range(3)) + "]\n"
        keys = ["a", "b", "7", "null", "yes", "1.5", "'1'", "c d", "<<", "=", "? x\n" + pad, "&k key", "2024-01-02"]
        return "\n" + "".join(
            f"{pad}{dice.choice(keys)}:{block(indent + 1, depth - 1)}" for _ in range(dice.randint(1, 3)))

    return block(0, 3).strip("\n") + "\n"
