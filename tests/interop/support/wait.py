"""Waiting without fixed sleeps."""
import time


def eventually(probe, timeout=10.0, what=None, every=0.02):
    """Return the first true value of probe(); fail with what was seen last after `timeout`."""
    deadline = time.monotonic() + timeout
    while True:
        late = time.monotonic() > deadline  # before the look: who was paused looks once more
        seen = probe()
        if seen:
            return seen
        if late:
            raise AssertionError(f"not within {timeout:g} s: {what or probe.__name__} (last: {seen!r})")
        time.sleep(every)


def throughout(probe, seconds, every=0.05):
    """Assert that probe() stays true for that long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert probe(), f"{probe.__name__} did not stay true"
        time.sleep(every)
