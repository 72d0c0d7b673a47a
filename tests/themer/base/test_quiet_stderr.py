import os
import re

import pytest

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
