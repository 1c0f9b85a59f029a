#!/usr/bin/env python3
"""Proves that check.py sees what it is there to see: each test breaks one rule in a small tree."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from check import Check  # noqa: E402

HEADER = "#pragma once\n"
LAYERS = "base:\nmessage: base\nworker: base message\npure: message/ worker/plan.\n"
GOOD = {
    "tests/architecture/layers.txt": LAYERS,
    "src/CMakeLists.txt": "taskworker_module(base LINKS x)\ntaskworker_module(worker DEPENDS message)\n",
    "src/base/clock.hpp": HEADER + "#include <mutex>\nauto now() { return system_clock::now(); }\n",
    "src/message/a.hpp": HEADER + '#include "base/clock.hpp"\n#include "taskworker/json.hpp"\n#include <string>\n',
    "src/message/a.cpp": '#include "message/a.hpp"\n// system_clock::now() is not asked\nauto t = "rand()";\n',
    "src/worker/loop.cpp": '#include "message/a.hpp"\n#include <thread>\n',
    "src/worker/plan.cpp": '#include "message/a.hpp"\n',
    "include/taskworker/json.hpp": HEADER + "#include <nlohmann/json.hpp>\n#include <vector>\n",
}


class CheckTest(unittest.TestCase):
    def violations(self, files=None):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**GOOD, **(files or {})}.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return Check(folder).run()

    def refuses(self, name, text, *words):
        found = self.violations(files={name: text})
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(name + ":"), found)
        for word in words:
            self.assertIn(word, found[0])

    def test_a_good_tree_passes(self):
        self.assertEqual(self.violations(), [])

    def test_an_include_upwards(self):
        self.refuses("src/base/b.cpp", '#include "message/a.hpp"\n', "base may not include message")

    def test_an_include_upwards_with_odd_spacing(self):
        self.refuses("src/message/b.cpp", '  #  include   "worker/loop.hpp"\n', ":1:", "worker")

    def test_an_include_without_its_folder(self):
        self.refuses("src/message/b.cpp", '#include "a.hpp"\n', "not written as")
        self.refuses("src/message/b.cpp", '#include "../base/clock.hpp"\n', "not written as")

    def test_an_unknown_folder(self):
        self.refuses("src/message/b.cpp", '#include "helpers/x.hpp"\n', "knows no folder helpers")
        found = self.violations(files={"src/helpers/x.hpp": HEADER})
        self.assertIn("src/helpers:1: layers.txt does not know this folder", found)

    def test_a_thread_a_lock_or_a_socket_in_pure_code(self):
        for header in ("thread", "mutex", "atomic", "random", "sys/socket.h", "hiredis/hiredis.h", "fstream"):
            self.refuses("src/message/b.cpp", f"\n#include <{header}>\n", ":2:", "pure code includes")

    def test_the_log_in_pure_code(self):
        self.refuses("src/message/b.cpp", '#include "base/log.hpp"\n', "pure code includes base/log.hpp")

    def test_a_clock_or_dice_in_pure_code(self):
        for call in ("std::chrono::system_clock::now()", "steady_clock :: now()", "rand()", "time(nullptr)", "getenv(\"X\")"):
            self.refuses("src/message/b.cpp", f"int x;\nauto t = {call};\n", ":2:", "pure code calls")

    def test_a_pure_file_in_a_folder_that_is_not(self):
        self.refuses("src/worker/plan.hpp", HEADER + "#include <thread>\n", "pure code includes thread")

    def test_a_public_header_that_shows_a_library(self):
        for header in ("<hiredis/hiredis.h>", "<fmt/format.h>", "<spdlog/spdlog.h>", "<unistd.h>", '"base/clock.hpp"'):
            self.refuses("include/taskworker/x.hpp", HEADER + f"#include {header}\n", "public header includes")

    def test_a_header_that_can_be_included_twice(self):
        self.refuses("src/worker/x.hpp", "int x;\n", "#pragma once")
        self.refuses("include/taskworker/x.hpp", "int x;\n", "#pragma once")

    def test_a_file_that_is_too_long(self):
        self.refuses("src/worker/x.cpp", "\n" * 401, "401 lines")
        self.assertEqual(self.violations(files={"src/worker/x.cpp": "\n" * 400}), [])

    def test_a_dependency_that_cmake_hides(self):
        self.refuses("src/CMakeLists.txt", "taskworker_module(message DEPENDS base\n worker LINKS y)\n", "may not depend on worker")

    def test_folders_that_include_each_other(self):
        found = self.violations(files={"tests/architecture/layers.txt": LAYERS.replace("base:", "base: message")})
        self.assertTrue(any("include each other" in line for line in found), found)

    def test_a_path_of_the_machine(self):
        self.refuses("docs/x.md", "\nsee /" + "work/main/x\n", ":2:", "machine")


if __name__ == "__main__":
    unittest.main()
