import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import picture_bytes
from themer.base.errors import UserError
from themer.pictures.images import decode, perceptual_hash
from themer.pictures.ledger import COLUMNS, Ledger, Limits, Row, digest_of, shared_pictures

LIMITS = Limits(maximum_bytes=100_000, minimum_side_pixels=8)


def ledger_in(folder: Path) -> Ledger:
    return Ledger(folder / "thumbnails.csv", folder / "thumbnails")


def picture_row(set_id: str, content: bytes) -> Row:
    """Return the row of a downloaded picture."""
    found = {"bytes": str(len(content)), "sha256": digest_of(content), "width": "60", "height": "40"}
    return Row(set_id, f"{{url}}/{set_id}.jpg", "ok", **found)


def put(ledger: Ledger, set_id: str, content: bytes) -> Row:
    """Keep a downloaded picture, and return its row."""
    ledger.part_path(set_id).write_bytes(content)
    row = picture_row(set_id, content)
    ledger.keep(row)
    return row


def put_hashed(ledger: Ledger, set_id: str, content: bytes) -> None:
    """Keep a downloaded picture with its perceptual hash."""
    ledger.keep(replace(put(ledger, set_id, content), perceptual_hash=perceptual_hash(decode(content))))


def test_a_picture_shared_by_many_set_numbers_is_a_placeholder():
    rows = [Row(f"{number}-{variant}", sha256="a") for number in range(5) for variant in (1, 2)]
    assert shared_pictures(rows, 5) == {"a"}
    assert shared_pictures([Row(f"1-{variant}", sha256="a") for variant in range(9)], 5) == set()
    assert shared_pictures([Row(f"{number}-1") for number in range(9)], 5) == set()


def test_a_picture_that_looks_like_those_of_many_set_numbers_is_a_placeholder(tmp_path):
    ledger = ledger_in(tmp_path)
    for number, quality in enumerate((60, 65, 70, 75, 80, 85)):
        buffer = io.BytesIO()
        decode(picture_bytes(5, (200, 160), "PNG")).save(buffer, "JPEG", quality=quality)
        put_hashed(ledger, f"{number}-1", buffer.getvalue())
    put_hashed(ledger, "7-1", picture_bytes(6, (200, 160)))
    assert len({row.sha256 for row in ledger.rows.values()}) == 7
    assert sorted(row.set_id for row in ledger.mark_placeholders(5)) == [f"{number}-1" for number in range(6)]
    assert {row.error for row in ledger.rows.values() if row.status == "placeholder"} == {"shared by many sets"}


def test_a_picture_is_renamed_once_its_row_is_written(tmp_path):
    ledger = ledger_in(tmp_path)
    put(ledger, "1-1", picture_bytes())
    assert ledger.has_picture("1-1") and not ledger.part_path("1-1").exists()
    assert ledger.picture_path("1-1").read_bytes() == picture_bytes()


def test_a_part_file_of_another_picture_is_not_renamed(tmp_path):
    ledger = ledger_in(tmp_path)
    ledger.part_path("1-1").write_bytes(b"half")
    ledger.keep(picture_row("1-1", picture_bytes()))
    assert not ledger.has_picture("1-1")


def test_a_closed_table_is_sorted_and_has_a_row_for_each_set(tmp_path):
    ledger = ledger_in(tmp_path)
    rows = {set_id: put(ledger, set_id, picture_bytes(seed)) for seed, set_id in enumerate(("2-1", "1-1"))}
    wanted = {"2-1": [rows["2-1"].url], "1-1": ["{url}/other.jpg"], "0-1": []}
    assert ledger.close(wanted) == [Row("0-1"), Row("1-1"), rows["2-1"]]
    assert [path.name for path in (tmp_path / "thumbnails").iterdir()] == ["2-1.jpg"]
    with (tmp_path / "thumbnails.csv").open() as lines:
        table = csv.DictReader(lines)
        assert [row["set_id"] for row in table] == ["0-1", "1-1", "2-1"]
        assert table.fieldnames == COLUMNS


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_a_finished_run_leaves_failures_to_the_next_one(tmp_path, status):
    ledger = ledger_in(tmp_path)
    ledger.keep(Row("1-1", "{url}/1.jpg", status))
    ledger.close({"1-1": ["{url}/1.jpg"]})
    assert not ledger_in(tmp_path).is_settled("1-1", ["{url}/1.jpg"], LIMITS)


def test_a_set_is_settled_once_its_last_url_is_gone(tmp_path):
    ledger = ledger_in(tmp_path)
    ledger.keep(Row("1-1", "{url}/1.jpg", "gone"))
    assert ledger.is_settled("1-1", ["{url}/1.jpg"], LIMITS)
    assert not ledger.is_settled("1-1", ["{url}/1.jpg", "{url}/2.jpg"], LIMITS)
    assert not ledger.is_settled("1-1", ["{url}/2.jpg"], LIMITS)


def test_a_kill_between_row_and_rename_loses_nothing(tmp_path):
    content = picture_bytes()
    ledger = ledger_in(tmp_path)
    ledger.keep(picture_row("1-1", content))
    ledger.part_path("1-1").write_bytes(content)
    assert ledger_in(tmp_path).is_settled("1-1", ["{url}/1-1.jpg"], LIMITS)
    assert (tmp_path / "thumbnails" / "1-1.jpg").read_bytes() == content


def test_an_incomplete_last_line_is_dropped(tmp_path):
    ledger_in(tmp_path).keep(Row("1-1", "{url}/1.jpg", "gone"))
    with (tmp_path / "thumbnails.csv").open("a") as lines:
        lines.write("2-1,{url}/2.jp")
    resumed = ledger_in(tmp_path)
    assert list(resumed.rows) == ["1-1"]
    resumed.keep(Row("2-1", "{url}/2.jpg", "gone"))
    with (tmp_path / "thumbnails.csv").open() as lines:
        assert [row["set_id"] for row in csv.DictReader(lines)] == ["1-1", "2-1"]


def test_an_incomplete_heading_leaves_an_empty_ledger(tmp_path):
    (tmp_path / "thumbnails.csv").write_text("set_id,ur")
    ledger = ledger_in(tmp_path)
    assert ledger.rows == {}
    ledger.keep(Row("1-1", "{url}/1.jpg", "gone"))
    assert list(ledger_in(tmp_path).rows) == ["1-1"]


@pytest.mark.parametrize("status", ["failed", "rejected", "forbidden"])
def test_a_resumed_run_requests_failures_again(tmp_path, status):
    ledger_in(tmp_path).keep(Row("1-1", "{url}/1.jpg", status))
    assert not ledger_in(tmp_path).is_settled("1-1", ["{url}/1.jpg"], LIMITS)


@pytest.mark.parametrize("content", [b"set_id,url\n1-1,x\n", b"\xff,\n\xff\n"])
def test_a_damaged_table_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "thumbnails.csv").write_bytes(content)
    with pytest.raises(UserError, match="thumbnails.csv: this file is damaged"):
        ledger_in(tmp_path)
