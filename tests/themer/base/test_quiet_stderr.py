import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from themer.base.quiet_stderr import without_notes


def test_notes_are_dropped_and_other_lines_kept(capfd):
    with without_notes(re.compile(rb"I\d{4} ")):
        os.write(2, b"I1128 a note\nE1128 an error\n")
        assert capfd.readouterr().err == ""
    assert capfd.readouterr().err == "E1128 an error\n"


def test_stderr_is_restored_after_an_error(capfd):
    with pytest.raises(ZeroDivisionError), without_notes(re.compile(rb"I\d{4} ")):
        os.write(2, b"a warning\n")
        raise ZeroDivisionError
    os.write(2, b"I1128 later\n")
    assert capfd.readouterr().err == "a warning\nI1128 later\n"


def test_without_a_folder_for_temporary_files_nothing_is_held_back(capfd, monkeypatch, tmp_path):
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", str(tmp_path / "none"))
        with without_notes(re.compile(rb"I\d{4} ")):
            os.write(2, b"I1128 a note\n")
    assert capfd.readouterr().err == "I1128 a note\n"


def test_a_full_disk_loses_the_lines_and_nothing_else():
    script = "import os, re; from themer.base.quiet_stderr import without_notes\n"
    script += "with without_notes(re.compile(b'I')): os.write(2, b'a warning')\n"
    script += "print('done')"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, stderr=full, check=True
        )
    assert done.stdout == b"done\n"
