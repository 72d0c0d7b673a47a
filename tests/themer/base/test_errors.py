import errno
import os
import subprocess
import sys

import pytest

from tests.conftest import FULL, PROJECT, needs_full
from themer.base.errors import UserError, explained, suggestion


def test_a_users_mistake_ends_with_a_message():
    @explained
    def main() -> None:
        raise UserError("params.yaml: size: too small")

    with pytest.raises(SystemExit, match="error: params.yaml: size: too small"):
        main()


def test_ctrl_c_ends_with_a_message_and_exit_code_130(capsys):
    @explained
    def main() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit, match=r"^130$"):
        main()
    assert capsys.readouterr().err == "stopped. Finished work is kept; run again to go on.\n"


def test_a_bug_keeps_its_traceback():
    @explained
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        main()


def test_only_similar_words_are_suggested_the_most_similar_first():
    known = ["Duplo", "Duplos", "Technic"]
    assert suggestion("Dupol", known) == ' (did you mean "Duplo"?)'
    assert suggestion("Duplo", known, count=3) == ' (did you mean "Duplo" or "Duplos"?)'
    assert suggestion("Castle", known) == ""
    assert suggestion("Vidiyo", ["VIDIYO", "Video"]) == ' (did you mean "VIDIYO"?)'


PRINTS = """
import sys
from pathlib import Path
import {package}
from tqdm import tqdm
print("3 × picture, Übung, 猫, ", Path(b"caf\\xe9".decode("utf-8", "surrogateescape")))
for _ in tqdm(range(2), desc="naïve", postfix="2 × 404"):
    pass
sys.exit("error: “Übung”")
"""
TERMINALS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "utf-8"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("package", ["stages", "app"])
@pytest.mark.parametrize("terminal", TERMINALS, ids=str)
def test_what_the_terminal_can_not_show_is_printed_as_an_escape(tmp_path, package, terminal):
    path = tmp_path / "prints.py"
    path.write_text(PRINTS.format(package=package), encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "PYTHONIOENCODING")}
    env = {**kept, **terminal, "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, path], env=env, capture_output=True)
    assert done.returncode == 1 and b"Traceback" not in done.stderr and b"404" in done.stderr
    assert done.stdout.startswith(b"3 ") and b"picture" in done.stdout and b"caf" in done.stdout


@pytest.mark.parametrize(("number", "message"), [(errno.ENOSPC, "Make room"), (errno.EROFS, "Allow writing")])
def test_a_file_that_the_system_refuses_is_named_with_what_helps(number, message):
    @explained
    def main() -> None:
        raise OSError(number, os.strerror(number), "data/a.csv")

    with pytest.raises(SystemExit, match=f"data/a.csv: .*{message}"):
        main()


@needs_full
def test_a_full_disk_is_explained_although_the_error_names_no_file():
    @explained
    def main() -> None:
        FULL.write_text("content")

    with pytest.raises(SystemExit, match=r"^error: No space left on device\. Make room, then run again\."):
        main()


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EIO])
def test_an_error_without_a_file_that_no_remedy_fits_keeps_its_traceback(number):
    @explained
    def main() -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(OSError, match=os.strerror(number)):
        main()
