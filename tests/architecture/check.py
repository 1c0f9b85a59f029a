#!/usr/bin/env python3
"""Checks that the tree has the shape of docs/architecture.md.

usage: check.py ROOT        prints one line per violation; exit status 1 if there is any

- #includes in src/ follow layers.txt, and so do the DEPENDS of src/CMakeLists.txt
- pure code (layers.txt) includes and calls nothing that reaches into the world
- public headers include only each other, the standard library and nlohmann/json
- every header has #pragma once, no source file is longer than 400 lines
- no file names a directory of the machine on which it was written
"""

import re
import sys
from pathlib import Path

MOST_LINES = 400
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s+(["<])([^">]+)[">]', re.MULTILINE)

IMPURE_SYSTEM = re.compile(
    r"(thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore|barrier|latch|stop_token"
    r"|random|iostream|fstream|filesystem|csignal|unistd\.h|fcntl\.h|poll\.h|signal\.h|pthread\.h"
    r"|time\.h|ctime|(sys|net|netinet|arpa|hiredis|openssl|spdlog)/.*|(hiredis|amqp)\.h|netdb\.h)"
)
IMPURE_OWN = {"base/log.hpp", "base/log_backend.hpp", "base/blocking_queue.hpp"}
IMPURE_CALL = re.compile(
    r"(\w*_clock\s*::\s*now|(?<!\w)s?rand\s*\(|random_device|seeded_by_the_system|\bSystemClock\b"
    r"|clock_gettime|gettimeofday|\bgetenv\s*\(|\btime\s*\(\s*(nullptr|NULL|0)\s*\))"
)
# Split, so that this file does not find itself.
MACHINE = re.compile(r"(?<![\w.])/" + r"(work|root)/")


def read_layers(text):
    allowed, pure = {}, []
    for line in text.splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, _, rest = line.partition(":")
        if name == "pure":
            pure = rest.split()
        else:
            allowed[name] = set(rest.split())
    return allowed, pure


def without_comments(text):
    """Comments and the contents of literals blanked; line breaks stay."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])*\''

    def blank(match):
        return "".join(c if c == "\n" else " " for c in match.group())

    return re.sub(pattern, blank, text, flags=re.DOTALL)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def sources(folder, *endings):
    return sorted(p for e in endings for p in folder.rglob("*" + e) if p.is_file())


class Check:
    def __init__(self, root):
        self.root = Path(root)
        self.allowed, self.pure = read_layers(
            (self.root / "tests/architecture/layers.txt").read_text(encoding="utf-8")
        )
        self.violations = []

    def report(self, path, line, what):
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {what}")

    def run(self):
        for path in sources(self.root / "src", ".hpp", ".cpp", ".inc"):
            self.check_source(path)
        for path in sources(self.root / "include", ".hpp", ".in"):
            self.check_public(path)
        self.check_folders()
        self.check_cmake()
        for top in ("src", "include", "tests", "tasks"):
            for path in sources(self.root / top, ".hpp", ".cpp", ".py", ".lua"):
                self.check_size(path)
        for top in ("src", "include", "tests", "tasks", "docs", "cmake"):
            for path in sources(self.root / top, ".hpp", ".cpp", ".py", ".lua", ".md", ".txt", ".cmake"):
                self.check_paths(path)
        return self.violations

    def check_source(self, path):
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(self.root / "src").as_posix()
        folder = relative.split("/")[0]
        pure = any(relative.startswith(p) for p in self.pure)
        for match in INCLUDE.finditer(text):
            line, quote, name = line_of(text, match.start()), *match.groups()
            if quote == '"':
                self.check_include(path, line, folder, name)
            if pure and (IMPURE_SYSTEM.fullmatch(name) if quote == "<" else name in IMPURE_OWN):
                self.report(path, line, f"pure code includes {name}")
        if pure:
            code = without_comments(text)
            for match in IMPURE_CALL.finditer(code):
                self.report(path, line_of(code, match.start()), f"pure code calls {match.group()}")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            self.report(path, 1, "header without #pragma once")

    def check_include(self, path, line, folder, name):
        target = name.split("/")[0]
        if "/" not in name or ".." in name:
            self.report(path, line, f'"{name}" is not written as "folder/file.hpp"')
        elif target == "taskworker" or target == folder:
            return
        elif target not in self.allowed:
            self.report(path, line, f'"{name}": layers.txt knows no folder {target}')
        elif target not in self.allowed.get(folder, set()):
            self.report(path, line, f'{folder} may not include {target} ("{name}")')

    def check_public(self, path):
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            quote, name = match.groups()
            own = name.startswith("taskworker/")
            system = "/" not in name and not name.endswith(".h") or name.startswith("nlohmann/")
            if own != (quote == '"') or not (own or system):
                self.report(path, line_of(text, match.start()), f"public header includes {name}")
        if path.suffix == ".hpp" and "#pragma once" not in text:
            self.report(path, 1, "header without #pragma once")

    def check_folders(self):
        for folder in sorted(p for p in (self.root / "src").iterdir() if p.is_dir()):
            if folder.name not in self.allowed:
                self.report(folder, 1, "layers.txt does not know this folder")
        for name, allowed in self.allowed.items():
            for other in sorted(allowed):
                if name in self.allowed.get(other, set()):
                    self.report(self.root / "tests/architecture/layers.txt", 1, f"{name} and {other} include each other")

    def check_cmake(self):
        path = self.root / "src/CMakeLists.txt"
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"taskworker_module\((\w+)([^)]*)\)", text):
            depends = re.search(r"DEPENDS\s+([a-z_ \n]+)", match.group(2))
            for target in (depends.group(1).split() if depends else []):
                if target not in self.allowed.get(match.group(1), set()):
                    self.report(path, line_of(text, match.start()), f"{match.group(1)} may not depend on {target}")

    def check_size(self, path):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > MOST_LINES:
            self.report(path, lines, f"{lines} lines, more than {MOST_LINES}: what second thing lives here?")

    def check_paths(self, path):
        text = path.read_text(encoding="utf-8", errors="replace")
        for match in MACHINE.finditer(text):
            self.report(path, line_of(text, match.start()), f"names a directory of one machine: {match.group()}")


def main():
    violations = Check(sys.argv[1] if len(sys.argv) > 1 else ".").run()
    print("\n".join(violations) if violations else "the tree has the shape of docs/architecture.md")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
