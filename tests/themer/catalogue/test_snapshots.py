import json

import pytest

from themer.base.errors import UserError
from themer.base.params_file import parse_params
from themer.catalogue import snapshots
from themer.catalogue.sets import read_sets

IDENTITY = {"source": "live", "snapshot": "2026-01-01"}


def test_source_day_and_limit_identify_a_snapshot(params):
    assert snapshots.identity(parse_params(params)) == {
        "source": "sample",
        "brick_insights": "{url}",
        "rebrickable": "{url}",
        "snapshot": "2026-11-22",
        "limit": None,
    }


def test_a_finished_folder_is_complete_and_its_sets_are_sorted(tmp_path):
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "B001-1"}, {"set_id": "0011-2", "name": "Bärenhöhle"}])
    assert [found["set_id"] for found in read_sets(tmp_path / "sets.json")] == ["0011-2", "B001-1"]
    assert snapshots.is_complete(tmp_path, IDENTITY)


def test_of_two_sets_with_one_number_the_last_is_kept(tmp_path):
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "1-1", "name": "old"}, {"set_id": "1-1", "name": "new"}])
    assert read_sets(tmp_path / "sets.json") == [{"set_id": "1-1", "name": "new"}]


def test_a_source_without_sets_is_an_error(tmp_path):
    with pytest.raises(UserError, match="the source live returned no sets"):
        snapshots.finish(tmp_path, IDENTITY, [])


def test_a_snapshot_of_another_day_is_incomplete(tmp_path):
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "1-1"}])
    assert not snapshots.is_complete(tmp_path, {**IDENTITY, "snapshot": "2026-01-02"})


def test_a_begun_folder_is_incomplete(tmp_path):
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "1-1"}])
    snapshots.begin(tmp_path, IDENTITY)
    assert not snapshots.is_complete(tmp_path, IDENTITY)


def test_unknown_numbers_are_remembered_for_the_next_day(tmp_path):
    snapshots.Journal(tmp_path, IDENTITY).keep("9-1", None)
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "1-1"}])
    tomorrow = {**IDENTITY, "snapshot": "2026-01-02"}
    snapshots.begin(tmp_path, tomorrow)
    assert "9-1" in snapshots.Journal(tmp_path, tomorrow)


def test_unknown_numbers_of_another_source_are_forgotten(tmp_path):
    snapshots.Journal(tmp_path, IDENTITY).keep("9-1", None)
    snapshots.finish(tmp_path, IDENTITY, [{"set_id": "1-1"}])
    snapshots.begin(tmp_path, {**IDENTITY, "source": "mirror"})
    assert "9-1" not in snapshots.Journal(tmp_path, {**IDENTITY, "source": "mirror"})


def test_unknown_numbers_of_another_stopped_source_are_forgotten(tmp_path):
    snapshots.begin(tmp_path, IDENTITY)
    snapshots.Journal(tmp_path, IDENTITY).keep("9-1", None)
    mirror = {**IDENTITY, "source": "mirror"}
    snapshots.begin(tmp_path, mirror)
    assert "9-1" not in snapshots.Journal(tmp_path, mirror)
    assert list(tmp_path.iterdir()) == []


def test_a_journal_survives_an_incomplete_line(tmp_path):
    journal = snapshots.Journal(tmp_path, IDENTITY)
    journal.keep("1-1", {"set_id": "1-1"})
    [path] = tmp_path.glob("answers-*")
    path.write_bytes(path.read_bytes() + b'{"2-1": {"set_')
    again = snapshots.Journal(tmp_path, IDENTITY)
    assert "1-1" in again and "2-1" not in again
    again.keep("2-1", {"set_id": "2-1"})
    assert [json.loads(line) for line in path.read_text().splitlines()][1] == {"2-1": {"set_id": "2-1"}}


def test_whatever_json_can_hold_is_kept(tmp_path):
    odd = {"set_id": "1-1", "name": 'half \ud83d, \x00, "\r\n', "reviews": [{"\udfff": 1e400}]}
    journal = snapshots.Journal(tmp_path, IDENTITY)
    journal.keep("1-1", odd)
    assert snapshots.Journal(tmp_path, IDENTITY).found("1-1") == odd
    snapshots.finish(tmp_path, IDENTITY, [odd])
    assert read_sets(tmp_path / "sets.json") == [odd]


DAMAGES = [("answers-*", b"{]\n"), ("answers-*", b"[1]\n"), ("answers-*", b"\xff\n"), ("not_found-*", b"\xff\n")]


@pytest.mark.parametrize(("pattern", "line"), DAMAGES)
def test_a_damaged_journal_is_an_error_that_names_it(tmp_path, pattern, line):
    journal = snapshots.Journal(tmp_path, IDENTITY)
    journal.keep("1-1", {"set_id": "1-1"})
    journal.keep("2-1", None)
    [path] = tmp_path.glob(pattern)
    path.write_bytes(line + path.read_bytes())
    with pytest.raises(UserError, match=f"{path.name}: this file is damaged"):
        snapshots.Journal(tmp_path, IDENTITY)


@pytest.mark.parametrize("content", [b"", b"{}", b'[{"set_id": 5}]', b"[3]", b"null"])
def test_a_damaged_list_of_sets_is_an_error_that_names_it(tmp_path, content):
    (tmp_path / "sets.json").write_bytes(content)
    with pytest.raises(UserError, match="sets.json: this file is damaged"):
        read_sets(tmp_path / "sets.json")
