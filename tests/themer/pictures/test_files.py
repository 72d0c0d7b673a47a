from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import picture_bytes
from themer.base.errors import UserError
from themer.pictures import files
from themer.pictures.files import chunks, hashes, picture_of, picture_path, read_file, set_of


@pytest.mark.parametrize("set_id", ["../../etc/passwd", "a/b", "700.B.1-1", "ü-1"])
def test_no_set_number_leads_out_of_the_folder(tmp_path, set_id):
    path = picture_path(tmp_path, set_id)
    path.write_bytes(b"")
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_the_path_of_a_picture_gives_its_set(set_id):
    assert set_of(picture_path(Path("pictures"), set_id)) == set_id


@pytest.mark.parametrize("content", [None, b"", b"no picture", picture_bytes()[:300]])
def test_an_unreadable_file_is_named_with_the_remedy(tmp_path, content):
    if content is not None:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(UserError, match=r"a.jpg: can't be read \(.*\)\. Remove it\."):
        picture_of(read_file(tmp_path / "a.jpg"), "Remove it.")


def test_files_travel_some_at_a_time_and_fewer_if_they_are_large(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "CHUNK_PICTURES", 3)
    monkeypatch.setattr(files, "CHUNK_BYTES", 50)
    paths = [tmp_path / f"{number}" for number in range(8)]
    for number, path in enumerate(paths):
        path.write_bytes(b"x" * (60 if number == 1 else 10))
    found = list(chunks(paths))
    assert [len(chunk) for chunk in found] == [2, 3, 3]
    assert [file.path for chunk in found for file in chunk] == [str(path) for path in paths]


def test_files_are_read_only_when_their_chunk_is_wanted(tmp_path):
    first = next(chunks(tmp_path / f"{number}" for number in range(10**9)))
    assert [bool(file.problem) for file in first] == [True] * files.CHUNK_PICTURES


def test_each_hash_or_problem_is_in_its_place(tmp_path):
    (tmp_path / "a.jpg").write_bytes(picture_bytes())
    found = hashes([read_file(tmp_path / name) for name in ("a.jpg", "b.jpg")], "Remove it.")
    assert len(found[0][0]) == 64 and found[0][1] == ""
    assert found[1][0] == "" and "b.jpg: can't be read" in found[1][1]
