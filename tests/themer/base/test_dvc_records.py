from pathlib import Path

import pytest

from tests.conftest import PROJECT
from themer.base.dvc_records import require_recorded
from themer.base.errors import UserError


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """The project's own record of photos, in a folder without photos."""
    path = tmp_path / "photos.dvc"
    path.write_bytes((PROJECT / "data" / "photos.dvc").read_bytes())
    return path


def with_files(record: Path, count: int) -> Path:
    """Return the record with another number of files in it."""
    lines = [f"  nfiles: {count}" if "nfiles" in line else line for line in record.read_text().splitlines()]
    record.write_text("\n".join(lines))
    return record


def test_a_folder_that_was_recorded_as_empty_is_made(record):
    require_recorded(with_files(record, 0))
    require_recorded(record)
    assert [path.name for path in record.parent.iterdir() if path.is_dir()] == ["photos"]


def test_a_folder_that_held_files_is_not_replaced_by_an_empty_one(record):
    with pytest.raises(UserError, match="records 1,207 files in it. Fetch them: dvc pull .*photos"):
        require_recorded(with_files(record, 1207))
    assert not (record.parent / "photos").exists()


def test_nothing_is_done_where_the_folder_is_here_or_nothing_is_recorded(record):
    (record.parent / "photos").mkdir()
    require_recorded(with_files(record, 3))
    require_recorded(record.with_name("other.dvc"))
    assert list((record.parent / "photos").iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"outs: [", b"outs: 5", b"outs: [{md5: 1}]", b"\xff", b"[" * 2000])
def test_a_damaged_record_is_an_error_that_says_how_to_get_it_back(tmp_path, content):
    (tmp_path / "photos.dvc").write_bytes(content)
    with pytest.raises(UserError, match="(?s)photos.dvc: this file is damaged .*Run git restore .*dvc add .*photos$"):
        require_recorded(tmp_path / "photos.dvc")
