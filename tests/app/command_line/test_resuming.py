import json
from pathlib import Path

import pytest

from app.command_line.resuming import alone, drop, finished, remaining
from themer.base.errors import UserError

WHOLE = b'{"file": "a.png", "theme": null}\n{"file": "b.png", "problem": {}}\n'
MADE_BY = {"model": "0123456789abcdef", "index": "89abcdef01234567"}


def test_a_file_that_is_not_there_has_nothing_finished(tmp_path):
    assert finished(tmp_path / "none.jsonl", MADE_BY) == {}


@pytest.mark.parametrize("cut", [b"", b"{", b'{"file": "c', b'{"file": "c.png", "theme": null}'])
def test_a_last_line_that_was_cut_is_dropped(tmp_path, cut):
    (tmp_path / "out.jsonl").write_bytes(WHOLE + cut)
    assert finished(tmp_path / "out.jsonl", MADE_BY) == {"a.png": True, "b.png": False}
    assert (tmp_path / "out.jsonl").read_bytes() == WHOLE


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\nno",
        b"no line end",
        b"[]\n",
        b"{}\n",
        b"1\n",
        WHOLE + b"\xff\n",
        WHOLE + b"x",
        b"\n",
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_file_of_anything_else_is_refused_and_left_as_it_is(tmp_path, content):
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(UserError, match="line [13]: not a line that"):
        finished(tmp_path / "other", MADE_BY)
    assert (tmp_path / "other").read_bytes() == content


@pytest.mark.parametrize("differing", ["model", "index"])
def test_a_file_with_predictions_of_another_model_or_index_is_refused_and_left_as_it_is(tmp_path, differing):
    line = json.dumps({"file": "c.png", "theme": None, **MADE_BY, differing: "fedcba9876543210"}).encode()
    content = WHOLE + line + b'\n{"file": "half'
    (tmp_path / "out.jsonl").write_bytes(content)
    words = (
        f"line 3: this prediction was made by {differing} fedcba9876543210, not by {differing} {MADE_BY[differing]}."
    )
    with pytest.raises(UserError, match=words):
        finished(tmp_path / "out.jsonl", MADE_BY)
    assert (tmp_path / "out.jsonl").read_bytes() == content


def test_only_what_could_not_be_read_and_is_named_again_is_dropped(tmp_path):
    other = b'{"file": "c.png", "problem": {}}\n'
    (tmp_path / "real.jsonl").write_bytes(WHOLE + other)
    (tmp_path / "real.jsonl").chmod(0o600)
    (tmp_path / "out.jsonl").symlink_to("real.jsonl")
    drop(tmp_path / "out.jsonl", {"a.png", "b.png", "d.png"})
    assert (tmp_path / "out.jsonl").read_bytes() == WHOLE.splitlines(keepends=True)[0] + other
    assert (tmp_path / "out.jsonl").is_symlink() and (tmp_path / "real.jsonl").stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_of_the_users_beside_it_stays(tmp_path):
    (tmp_path / "out.jsonl").write_bytes(WHOLE)
    (tmp_path / "out.jsonl.part").write_bytes(b"mine")
    drop(tmp_path / "out.jsonl", {"b.png"})
    assert (tmp_path / "out.jsonl.part").read_bytes() == b"mine" and len(list(tmp_path.iterdir())) == 2


def test_two_commands_do_not_share_a_file(tmp_path):
    (tmp_path / "link.jsonl").symlink_to("out.jsonl")
    refused = pytest.raises(UserError, match="another command adds lines to this file. Wait until it ends")
    for _ in range(2):
        with alone(tmp_path / "out.jsonl"), alone(tmp_path / "other.jsonl"), refused:
            alone(tmp_path / "link.jsonl").__enter__()
    assert [path.name for path in tmp_path.iterdir()] == ["link.jsonl"]


def test_each_picture_remains_once():
    named = [Path("a.png"), "-", Path("b.png"), Path("b.png"), Path("c.png"), "-"]
    found = list(remaining(named, {"a.png": True, "b.png": False, "-": True}, Path("out.jsonl")))
    assert found == ["-", Path("b.png"), Path("c.png")]


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null", "/dev/zero"])
def test_a_device_is_refused(path):
    with pytest.raises(UserError, match=f"{path}: this is not a file. Name a file of JSON lines"):
        alone(Path(path)).__enter__()


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="Is a directory"):
        finished(tmp_path, MADE_BY)
