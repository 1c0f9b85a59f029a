"""Completion scripts and man pages: shells and man itself read them."""
import os
import shutil
import subprocess

import pytest

from support.worker import BUILD

pytestmark = pytest.mark.ours
PROGRAM = str(BUILD / "bin" / "taskworker")


def printed(*words):
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=True).stdout


def completed(line):
    """What bash offers behind this line."""
    words = line.split(" ")
    array = " ".join(f"'{word}'" for word in words)
    script = (f"source <({PROGRAM} completion bash)\nCOMP_WORDS=({array})\nCOMP_CWORD={len(words) - 1}\n"
              "_taskworker\nprintf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_takes_the_script():
    assert subprocess.run(["bash", "-n"], input=printed("completion", "bash"), text=True).returncode == 0


@pytest.mark.parametrize("line, offered", [
    ("taskworker wor", {"worker"}),
    ("taskworker worker --conc", {"--concurrency"}),
    ("taskworker worker -l D", {"DEBUG"}),
    ("taskworker -A shop inspect act", {"active", "active_queues"}),
    ("taskworker control pool_", {"pool_grow", "pool_shrink", "pool_restart"}),
    ("taskworker dlq re", {"replay"}),
    ("taskworker completion ", {"bash", "zsh"}),
    ("taskworker worker -n ", set()),
])
def test_bash_completes(line, offered):
    assert set(completed(line)) == offered


def test_bash_completes_global_options_everywhere():
    assert {"--broker", "--app"} <= set(completed("taskworker worker --")) & set(completed("taskworker --"))


def test_bash_completes_files(tmp_path, monkeypatch):
    (tmp_path / "settings.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert completed("taskworker --config set") == ["settings.toml"]


@pytest.mark.skipif(not shutil.which("zsh"), reason="no zsh here")
def test_zsh_takes_the_script(tmp_path):
    script = tmp_path / "_taskworker"
    script.write_text(printed("completion", "zsh"))
    assert subprocess.run(["zsh", "-n", str(script)], capture_output=True, text=True).stderr == ""
    loaded = subprocess.run(["zsh", "-fc", f"autoload -Uz compinit && compinit -D -u && source {script} && "
                             "print $_comps[taskworker]"], capture_output=True, text=True,
                            env={**os.environ, "HOME": str(tmp_path)})
    assert (loaded.stdout, loaded.stderr) == ("_taskworker\n", "")


def pages():
    return printed("man", "--list").split() if os.path.exists(PROGRAM) else []


@pytest.mark.parametrize("page", pages())
def test_man_reads_every_page(page):
    text = printed("man", page)
    if shutil.which("mandoc"):
        lint = subprocess.run(["mandoc", "-Tlint", "-W", "warning"], input=text, capture_output=True, text=True)
        # No date: the same source makes the same pages.
        assert [line for line in lint.stdout.splitlines() if "missing date" not in line] == []
    if shutil.which("man"):
        shown = subprocess.run(["man", "--warnings", "-l", "-"], input=text, capture_output=True, text=True,
                               env={**os.environ, "MANWIDTH": "80", "MAN_KEEP_FORMATTING": "", "PAGER": "cat"})
        assert shown.returncode == 0 and shown.stderr == ""
        assert "NAME" in shown.stdout and page in shown.stdout


def test_they_are_made_for_the_install():
    for page in pages():
        assert (BUILD / "share" / "man" / "man1" / f"{page}.1").read_text() == printed("man", page)
    assert (BUILD / "share" / "bash-completion" / "completions" / "taskworker").read_text() == printed("completion", "bash")
    assert (BUILD / "share" / "zsh" / "site-functions" / "_taskworker").read_text() == printed("completion", "zsh")
