import hashlib
import json

import pytest
from pathspec import GitIgnoreSpec

from tests.conftest import FULL, PROJECT, needs_full
from themer.base.files import drop_partial_line, file_sha256, files_sha256, write_bytes, write_json


def test_a_file_is_written_whole_and_its_folder_made(tmp_path):
    write_bytes(b"content", tmp_path / "new" / "file.txt")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file.txt"]
    assert (tmp_path / "new" / "file.txt").read_bytes() == b"content"


@needs_full
def test_a_file_for_which_the_disk_has_no_room_is_named_and_leaves_no_part(tmp_path):
    (tmp_path / "file.txt").write_bytes(b"old")
    (tmp_path / "file.txt.part").symlink_to(FULL)
    with pytest.raises(OSError, match=r"No space left on device: '.*/file\.txt'"):
        write_bytes(b"new", tmp_path / "file.txt")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("folder", ["data", "metrics", "models/index", "plots"])
def test_git_ignores_the_part_that_a_killed_process_leaves(folder):
    ignored = GitIgnoreSpec.from_lines((PROJECT / ".gitignore").read_text(encoding="utf-8").splitlines())
    assert ignored.match_file(f"{folder}/a.csv.part") and not ignored.match_file(f"{folder}/a.csv")


def test_json_has_sorted_keys_and_rounded_floats(tmp_path):
    write_json({"b": [1 / 3, (2 / 3, 1)], "a": {"ä": 0.1 + 0.2}}, tmp_path / "one.json", digits=3)
    text = (tmp_path / "one.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": {"ä": 0.3}, "b": [0.333, [0.667, 1]]}
    assert text.index('"a"') < text.index('"b"') and '"ä"' in text and text.endswith("}\n")


@pytest.mark.parametrize(("content", "kept"), [(b"a\nb\n", b"a\nb\n"), (b"a\nb", b"a\n"), (b"a", b""), (b"", b"")])
def test_only_an_incomplete_last_line_is_dropped(tmp_path, content, kept):
    path = tmp_path / "lines.txt"
    path.write_bytes(content)
    drop_partial_line(path)
    assert path.read_bytes() == kept


def test_the_digest_of_files_depends_on_names_and_contents_only(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"1")
    two.write_bytes(b"2")
    assert file_sha256(one) == hashlib.sha256(b"1").hexdigest()
    before = files_sha256([one, two])
    assert files_sha256([two, one]) == before
    one.rename(tmp_path / "other")
    assert files_sha256([tmp_path / "other", two]) != before
    two.write_bytes(b"3")
    (tmp_path / "other").rename(one)
    assert files_sha256([one, two]) != before
