import gzip
import json
from pathlib import Path

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.join import count, join, main
from themer.base.tables import read_csv, write_csv

SETS_TABLE = pandas.DataFrame({"set_num": ["0011-2", "11-2", "B001-1", "4-1"], "theme_id": ["3", "1", "1", "99"]})
THEMES_TABLE = pandas.DataFrame(
    [("1", "Duplo", ""), ("2", "Disney", "1"), ("3", "Cars", "2")], columns=["id", "name", "parent_id"]
)


def pictures(**status: str) -> pandas.DataFrame:
    rows = [
        (number.replace("_", "-"), found, "HTTP 404" if found == "gone" else "", "ab")
        for number, found in status.items()
    ]
    return pandas.DataFrame(rows, columns=["set_id", "status", "error", "sha256"])


def sets(*numbers: str) -> list[dict]:
    return [{"set_id": number, "name": f"Set {number}", "year": "1978"} for number in numbers]


def test_a_set_gets_root_leaf_and_path():
    labelled, _ = join(sets("0011-2"), pictures(**{"0011-2": "ok"}), SETS_TABLE, THEMES_TABLE)
    assert labelled.to_dict("records") == [
        {
            "set_id": "0011-2",
            "name": "Set 0011-2",
            "year": "1978",
            "theme": "Cars",
            "root_theme": "Duplo",
            "theme_path": "Duplo / Disney / Cars",
            "sha256": "ab",
        }
    ]


def test_what_the_service_does_not_know_is_left_empty():
    unknown = [{"set_id": "11-2", "name": None, "year": None}]
    labelled, _ = join(unknown, pictures(**{"11-2": "ok"}), SETS_TABLE, THEMES_TABLE)
    assert labelled[["name", "year"]].to_numpy().tolist() == [["", ""]]


def test_leading_zeros_tell_sets_apart():
    labelled, _ = join(sets("11-2"), pictures(**{"11-2": "ok"}), SETS_TABLE, THEMES_TABLE)
    assert list(labelled["theme"]) == ["Duplo"]


def test_the_others_are_listed_with_their_reason():
    found = pictures(**{"4-1": "ok", "5-1": "ok", "B001-1": "gone"})
    labelled, unlabelled = join(sets("B001-1", "5-1", "4-1", "0011-2"), found, SETS_TABLE, THEMES_TABLE)
    assert labelled.empty
    assert list(unlabelled[["set_id", "reason", "detail"]].itertuples(index=False, name=None)) == [
        ("0011-2", "without picture", "never asked for"),
        ("4-1", "orphan theme", "theme 99 or a parent is not in the table of themes"),
        ("5-1", "unmatched", "not in Rebrickable's table of sets"),
        ("B001-1", "without picture", "HTTP 404"),
    ]


NUMBERS = st.sets(st.sampled_from(["0011-2", "11-2", "B001-1", "4-1", "5-1"]))


@given(NUMBERS, st.lists(st.sampled_from(["ok", "gone", "rejected"]), min_size=5, max_size=5))
def test_no_set_is_lost_or_counted_twice(numbers, statuses):
    found = pictures(**dict(zip(sorted(numbers), statuses, strict=False)))
    labelled, unlabelled = join(sets(*numbers), found, SETS_TABLE, THEMES_TABLE)
    assert sorted([*labelled["set_id"], *unlabelled["set_id"]]) == sorted(numbers)
    counts = count(labelled, unlabelled)
    parts = ("labelled", "unmatched", "orphan_theme", "without_picture")
    assert sum(counts[part] for part in parts) == counts["sets"] == len(numbers)


def run(folder: Path, status: str) -> Path:
    """Run the stage on one set whose picture has a status, and return the folder of its outputs."""
    (folder / "sets.json").write_text(json.dumps(sets("0011-2")))
    write_csv(pictures(**{"0011-2": status}), folder / "pictures.csv")
    sets_table = SETS_TABLE.assign(name="", year="1978", img_url="")
    for name, table in (("sets", sets_table), ("themes", THEMES_TABLE)):
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    paths = {"sets": "sets.json", "pictures": "pictures.csv", "tables": "."}
    paths |= {"labelled": "labelled.csv", "unlabelled": "unlabelled.csv", "metrics": "join.json"}
    main([f"--{name}={folder / path}" for name, path in paths.items()])
    return folder


def test_both_tables_and_their_counts_are_written(tmp_path):
    out = run(tmp_path, "ok")
    assert read_csv(out / "labelled.csv")["theme_path"].tolist() == ["Duplo / Disney / Cars"]
    assert read_csv(out / "unlabelled.csv").empty
    assert json.loads((out / "join.json").read_text())["labelled"] == 1


def test_a_source_of_which_nothing_can_be_used_is_an_error(tmp_path):
    with pytest.raises(SystemExit, match="not one set has both a picture and a theme .*Is the source the right one"):
        run(tmp_path, "gone")
    assert not (tmp_path / "labelled.csv").exists()
