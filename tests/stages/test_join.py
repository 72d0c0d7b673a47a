import gzip
import json

import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages import paths
from stages.join import count, join, main, summary, unusual
from tests.conftest import REAL_DATA
from themer.base.files import write_bytes
from themer.base.tables import read_csv, write_csv
from themer.catalogue.rebrickable import read_table
from themer.catalogue.theme_tree import ThemeTree

SETS_TABLE = pandas.DataFrame({"set_num": ["0011-2", "11-2", "B001-1", "4-1"], "theme_id": ["3", "1", "1", "99"]})
THEMES_TABLE = pandas.DataFrame(
    [("1", "Duplo", ""), ("2", "Disney", "1"), ("3", "Cars", "2")], columns=["id", "name", "parent_id"]
)
THEME_PATHS = ThemeTree.of(THEMES_TABLE).paths


def pictures(**status: str) -> pandas.DataFrame:
    rows = [
        (number.replace("_", "-"), found, "HTTP 404" if found == "gone" else "", "ab")
        for number, found in status.items()
    ]
    return pandas.DataFrame(rows, columns=["set_id", "status", "error", "sha256"])


def sets(*numbers: str) -> list[dict]:
    return [{"set_id": number, "name": f"Set {number}", "year": "1978"} for number in numbers]


def test_a_labelled_set_has_its_theme_root_theme_and_path():
    labelled, _ = join(sets("0011-2"), pictures(**{"0011-2": "ok"}), SETS_TABLE, THEME_PATHS)
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
    labelled, _ = join(unknown, pictures(**{"11-2": "ok"}), SETS_TABLE, THEME_PATHS)
    assert labelled[["name", "year"]].to_numpy().tolist() == [["", ""]]


def test_leading_zeros_distinguish_sets():
    labelled, _ = join(sets("11-2"), pictures(**{"11-2": "ok"}), SETS_TABLE, THEME_PATHS)
    assert list(labelled["theme"]) == ["Duplo"]


def test_the_other_sets_are_listed_with_the_reason():
    found = pictures(**{"4-1": "ok", "5-1": "ok", "B001-1": "gone"})
    labelled, unlabelled = join(sets("B001-1", "5-1", "4-1", "0011-2"), found, SETS_TABLE, THEME_PATHS)
    assert labelled.empty
    assert list(unlabelled[["set_id", "reason", "detail"]].itertuples(index=False, name=None)) == [
        ("0011-2", "without picture", "not requested"),
        ("4-1", "orphan theme", "theme 99 or a parent is not in the table of themes"),
        ("5-1", "unmatched", "not in Rebrickable's table of sets"),
        ("B001-1", "without picture", "HTTP 404"),
    ]


NAMES = ["a\rb", "a\nb", "nul\x00", "half \ud83d", '"', " spaces ", "\x85\u2028", "NA", 8684, ["list"], None, ""]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_survives_being_written_and_read_back(tmp_path, name):
    found = [{"set_id": "11-2", "name": name, "year": 1978.0}]
    labelled, _ = join(found, pictures(**{"11-2": "ok"}), SETS_TABLE, THEME_PATHS)
    write_csv(labelled, tmp_path / "labelled.csv")
    assert read_csv(tmp_path / "labelled.csv").to_dict("records") == labelled.to_dict("records")
    assert labelled["year"][0] == "1978" and labelled["name"][0].isprintable()


def labelled_sets(*rows: tuple[str, str, str, str]) -> pandas.DataFrame:
    """Return labelled sets with number, name, year and root theme."""
    found = pandas.DataFrame(rows, columns=["set_id", "name", "year", "root_theme"])
    return found.assign(theme_path=found["root_theme"])


def test_unusual_numbers_and_namesakes_are_counted_and_named():
    labelled = labelled_sets(
        ("215-2B", "Bricks", "1958", "System"),
        ("fig-000001", "Toy Store Employee", "", "Town"),
        ("fig-000002", "Toy Store Employee", "", "Town"),
        ("700.1-1", "Gift Package", "1953", "System"),
        ("7-1", "Car", "1999", "Town"),
        ("7-2026", "Truck", "1999", "Gear"),
        ("8-1", "Car", "1999", "Duplo"),
        ("8-2", "Car", "1999", "Duplo"),
    )
    assert unusual(labelled) == {
        "sets_without_variant": ["215-2B", "fig-000001", "fig-000002"],
        "sets_with_dots": ["700.1-1"],
        "numbers_with_variants": ["7", "8"],
        "numbers_in_several_root_themes": ["7"],
        "sets_with_namesakes": ["7-1", "8-1", "8-2"],
    }
    counts = count(labelled, pandas.DataFrame({"reason": []}))
    assert (counts["sets_without_variant"], counts["numbers_in_several_root_themes"]) == (3, 1)
    said = summary(pandas.concat([labelled, labelled_sets(("9-X", "", "", ""))]), counts)
    assert "set numbers without a variant: 4 (215-2B, 9-X, fig-000001, …)" in said


@pytest.mark.skipif(not REAL_DATA.exists(), reason="there are no real sets beside this checkout")
def test_the_real_table_has_every_unusual_kind():
    table = read_table(REAL_DATA / "rebrickable" / "sets.csv.gz")
    tree = ThemeTree.of(read_table(REAL_DATA / "rebrickable" / "themes.csv.gz"))
    labelled = table.rename(columns={"set_num": "set_id"})
    labelled["root_theme"] = [tree.paths.get(theme, [theme])[0] for theme in table["theme_id"]]
    kinds = {kind: len(numbers) for kind, numbers in unusual(labelled).items()}
    assert (kinds["sets_without_variant"], kinds["sets_with_dots"], kinds["numbers_with_variants"]) == (14, 51, 961)
    assert (kinds["numbers_in_several_root_themes"], kinds["sets_with_namesakes"]) == (469, 1538)


NUMBERS = st.sets(st.sampled_from(["0011-2", "11-2", "B001-1", "4-1", "5-1"]))


@settings(deadline=None)
@given(NUMBERS, st.lists(st.sampled_from(["ok", "gone", "rejected"]), min_size=5, max_size=5))
def test_no_set_is_lost_or_counted_twice(numbers, statuses):
    found = pictures(**dict(zip(sorted(numbers), statuses, strict=False)))
    labelled, unlabelled = join(sets(*numbers), found, SETS_TABLE, THEME_PATHS)
    assert sorted([*labelled["set_id"], *unlabelled["set_id"]]) == sorted(numbers)
    counts = count(labelled, unlabelled)
    parts = ("labelled", "unmatched", "orphan_theme", "without_picture")
    assert sum(counts[part] for part in parts) == counts["sets"] == len(numbers)


def run(status: str, *orphans: str) -> None:
    """Run the stage on one set whose picture has a status, and on sets with a theme that is missing."""
    write_bytes(json.dumps(sets("0011-2", *orphans)).encode(), paths.sets)
    write_csv(pictures(**{"0011-2": status}), paths.thumbnails_table)
    orphan_rows = pandas.DataFrame({"set_num": orphans, "theme_id": "99"})
    sets_table = pandas.concat([SETS_TABLE, orphan_rows]).assign(name="", year="1978", img_url="")
    for table, path in ((sets_table, paths.sets_table), (THEMES_TABLE, paths.themes_table)):
        write_bytes(gzip.compress(table.to_csv(index=False).encode()), path)
    main()


def test_the_tables_and_their_counts_are_written():
    run("ok")
    assert read_csv(paths.theme_paths)["theme_path"].tolist() == ["Duplo", "Duplo / Disney", "Duplo / Disney / Cars"]
    assert read_csv(paths.labelled)["theme_path"].tolist() == ["Duplo / Disney / Cars"]
    assert read_csv(paths.unlabelled).empty
    assert json.loads(paths.join_metrics.read_text())["labelled"] == 1


def test_a_source_without_a_usable_set_is_an_error():
    with pytest.raises(SystemExit, match="no set has both a picture and a theme .*Check fetch.source"):
        run("gone")
    assert not paths.labelled.exists()


def test_the_counts_are_said_with_examples(capsys):
    run("ok")
    assert "join: 1 of 1 sets have a picture and a theme" in capsys.readouterr().out


def test_an_implausible_share_of_orphans_is_an_error():
    with pytest.raises(SystemExit, match="the table of themes lacks the themes of 3 of 4 sets"):
        run("ok", "20-1", "21-1", "22-1")
    assert not paths.labelled.exists()
