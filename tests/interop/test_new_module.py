"""taskworker new: the module builds, its test passes, and it runs, against the build tree."""
import os
import shlex
import subprocess

import pytest

from support.worker import BUILD, environment

pytestmark = pytest.mark.ours
PROGRAM = str(BUILD / "bin" / "taskworker")


def run(command, cwd, **options):
    done = subprocess.run(shlex.split(command), cwd=cwd, capture_output=True, text=True, timeout=280, **options)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_a_new_module_builds_and_runs_as_it_is(redis, fresh, tmp_path):
    said = run(f"{PROGRAM} new shop", tmp_path)
    assert said.startswith("shop: a module with the tasks shop.add and shop.greet.")
    folder = tmp_path / "shop"
    environ = {k: v for k, v in os.environ.items() if k != "CXXFLAGS"}
    run(f"cmake -S . -B build -D taskworker_DIR={BUILD}/package", folder, env=environ)
    run("cmake --build build", folder, env=environ)
    run("ctest --test-dir build --output-on-failure", folder)
    assert "shop.add(" in run(f"{PROGRAM} -A build/shop.so registered", folder)

    rig = fresh(redis=redis, dbs=(11, 12), start=False)
    rig.worker("-c 1", command=f"{PROGRAM} -A {folder}/build/shop.so worker {{args}}")
    call = rig.app.send_task
    assert call("shop.add", (2, 3)).get(timeout=10) == 5
    assert call("shop.greet", kwargs={"name": "you"}).get(timeout=10) == "hello, you"
    with pytest.raises(ValueError, match=r"whom\?"):
        call("shop.greet", ("",)).get(timeout=10)
    done = subprocess.run([PROGRAM, "call", "shop.greet", "-a", '["me"]'], env=environment(rig.conf),
                          capture_output=True, text=True, timeout=20)
    assert rig.app.AsyncResult(done.stdout.strip()).get(timeout=10) == "hello, me"


def test_nothing_that_is_there_is_touched(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine").write_text("mine")
    done = subprocess.run([PROGRAM, "new", "shop"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2 and "shop is there already and not empty" in done.stderr
    assert [p.name for p in (tmp_path / "shop").iterdir()] == ["mine"]
    done = subprocess.run([PROGRAM, "new", "shop", "--directory=a/b"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "a" / "b" / "app.cpp").exists()
