import gzip
import json

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import paths
from stages.join import count, join, main
from themer.base.files import write_bytes
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


def test_a_labelled_set_has_its_theme_root_theme_and_path():
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


def test_a_missing_name_and_year_stay_empty():
    unknown = [{"set_id": "11-2", "name": None, "year": None}]
    labelled, _ = join(unknown, pictures(**{"11-2": "ok"}), SETS_TABLE, THEMES_TABLE)
    assert labelled[["name", "year"]].to_numpy().tolist() == [["", ""]]


def test_leading_zeros_distinguish_sets():
    labelled, _ = join(sets("11-2"), pictures(**{"11-2": "ok"}), SETS_TABLE, THEMES_TABLE)
    assert list(labelled["theme"]) == ["Duplo"]


def test_the_other_sets_are_listed_with_the_reason():
    found = pictures(**{"4-1": "ok", "5-1": "ok", "B001-1": "gone"})
    labelled, unlabelled = join(sets("B001-1", "5-1", "4-1", "0011-2"), found, SETS_TABLE, THEMES_TABLE)
    assert labelled.empty
    assert list(unlabelled[["set_id", "reason", "detail"]].itertuples(index=False, name=None)) == [
        ("0011-2", "without picture", "not requested"),
        ("4-1", "orphan theme", "theme 99 or a parent is not in the table of themes"),
        ("5-1", "unmatched", "not in Rebrickable's table of sets"),
        ("B001-1", "without picture", "HTTP 404"),
    ]


NUMBERS = st.sets(st.sampled_from(["0011-2", "11-2", "B001-1", "4-1", "5-1"]))


@settings(deadline=None)
@given(NUMBERS, st.lists(st.sampled_from(["ok", "gone", "rejected"]), min_size=5, max_size=5))
def test_no_set_is_lost_or_counted_twice(numbers, statuses):
    found = pictures(**dict(zip(sorted(numbers), statuses, strict=False)))
    labelled, unlabelled = join(sets(*numbers), found, SETS_TABLE, THEMES_TABLE)
    assert sorted([*labelled["set_id"], *unlabelled["set_id"]]) == sorted(numbers)
    counts = count(labelled, unlabelled)
    parts = ("labelled", "unmatched", "orphan_theme", "without_picture")
    assert sum(counts[part] for part in parts) == counts["sets"] == len(numbers)


def run(status: str) -> None:
    """Run the stage on one set whose picture has a status."""
    write_bytes(json.dumps(sets("0011-2")).encode(), paths.sets)
    write_csv(pictures(**{"0011-2": status}), paths.thumbnails_table)
    sets_table = SETS_TABLE.assign(name="", year="1978", img_url="")
    for table, path in ((sets_table, paths.sets_table), (THEMES_TABLE, paths.themes_table)):
        write_bytes(gzip.compress(table.to_csv(index=False).encode()), path)
    main()


def test_both_tables_and_their_counts_are_written():
    run("ok")
    assert read_csv(paths.labelled)["theme_path"].tolist() == ["Duplo / Disney / Cars"]
    assert read_csv(paths.unlabelled).empty
    assert json.loads(paths.join_metrics.read_text())["labelled"] == 1


def test_a_source_without_a_usable_set_is_an_error():
    with pytest.raises(SystemExit, match="no set has both a picture and a theme .*Check fetch.source"):
        run("gone")
    assert not paths.labelled.exists()
