"""A program in a pseudo-terminal, and the picture that a person would see."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import tempfile
import termios
import time

SEQUENCE = re.compile(rb"\x1b\[([?0-9;]*)([A-Za-z])|\x1b\[?[?0-9;]*$")


def take_terminal(slave):
    """As a login does: ^C becomes a signal."""
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


class Terminal:
    """Understands what taskworker top writes: home, colours, clear to the end of line and screen."""

    def __init__(self, command, env, rows=30, columns=150):
        self.rows, self.columns = rows, columns
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.process = subprocess.Popen(command, env={**env, "TERM": "xterm"}, stdin=slave, stdout=slave, stderr=slave,
                                        preexec_fn=lambda: take_terminal(slave), cwd=tempfile.gettempdir())
        os.close(slave)
        self.raw, self.written = b"", b""
        self.lines, self.row, self.column = [""] * 200, 0, 0

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.1):
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and select.select([self.master], [], [], left)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                break
            if not data:
                break
            self.written += data
            self.feed(data)

    def feed(self, data):
        self.raw += data
        while self.raw:
            if self.raw[:1] == b"\x1b":
                found = SEQUENCE.match(self.raw)
                if not found or not found.group(2):
                    return  # the rest of it has not come yet
                self.sequence(found.group(2))
                self.raw = self.raw[found.end():]
                continue
            end = self.raw.find(b"\x1b")
            text, self.raw = (self.raw, b"") if end < 0 else (self.raw[:end], self.raw[end:])
            for sign in text.decode("utf-8", "replace"):
                self.put(sign)

    def sequence(self, kind):
        if kind == b"H":
            self.row = self.column = 0
        elif kind == b"K":
            self.lines[self.row] = self.lines[self.row][:self.column]
        elif kind == b"J":
            self.lines[self.row] = self.lines[self.row][:self.column]
            self.lines[self.row + 1:] = [""] * (len(self.lines) - self.row - 1)

    def put(self, sign):
        if sign == "\r":
            self.column = 0
        elif sign == "\n":
            self.row += 1
        else:
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[:self.column] + sign + line[self.column + 1:]
            self.column += 1

    def picture(self):
        self.read()
        return "\n".join(self.lines).rstrip()

    def type(self, text):
        os.write(self.master, text.encode())

    def modes(self):
        return termios.tcgetattr(self.master)

    def wait(self, timeout=10):
        until = time.monotonic() + timeout
        while self.process.poll() is None and time.monotonic() < until:
            self.read(0.05)
        return self.process.poll()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
