import shutil
import subprocess

import pytest

from tests.tools import BASE_DIR

TOOLS = ("awk", "basename", "readlink", "sh")
QUICK, NEARLY, SLOW = "echo 0.010", "echo 0.011", "echo 0.015"
OLD = "exit 1"
WITHOUT_PARTS = '[ "$1" = -c ]'  # answers what version it has, and cannot measure itself
NONE = "This site needs Python 3.11 or newer, and none was found on this machine: please install one."


@pytest.fixture
def find(tmp_path):
    """What it says where these Pythons are in this order on the PATH, and nothing else is."""

    def found(pythons: dict[str, str]) -> str:
        for name in TOOLS:
            (tmp_path / name).symlink_to(shutil.which(name))
        for name, script in pythons.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        folders = dict.fromkeys([*((tmp_path / name).parent for name in pythons), tmp_path])
        done = subprocess.run(
            [BASE_DIR / "bin" / "find-python"],
            env={"PATH": ":".join(map(str, folders))},
            capture_output=True,
            text=True,
            check=False,
        )
        assert bool(done.returncode) == bool(done.stderr) != bool(done.stdout)
        return (done.stdout or done.stderr).strip().replace(f"{tmp_path}/", "")

    return found


@pytest.mark.parametrize(
    ("pythons", "said"),
    [
        ({"python3.13": QUICK, "python3.12": QUICK}, "python3.13"),
        ({"python3.13": NEARLY, "python3.11": QUICK}, "python3.13"),
        ({"python3.13": SLOW, "python3.11": QUICK}, "python3.11"),
        ({"own/python3.11": SLOW, "the system's/python3.11": QUICK}, "the system's/python3.11"),
        ({"own/python3": QUICK, "system/python3": QUICK}, "own/python3"),
        ({"python3.14": OLD, "python3.12": WITHOUT_PARTS, "python3.11": SLOW}, "python3.11"),
        ({"python3": OLD}, NONE),
        ({}, NONE),
    ],
)
def test_the_newest_of_the_quick_pythons_is_taken(find, pythons, said):
    assert find(pythons) == said


def test_one_without_its_parts_is_named_if_there_is_no_other(find):
    assert find({"python3.12": WITHOUT_PARTS}).startswith("python3.12 lacks its venv or sqlite3 module: please")
