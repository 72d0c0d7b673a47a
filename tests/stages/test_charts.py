import io
import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from PIL import Image

from stages import charts
from tests.data_formats import problems_of_file
from themer.base.files import write_bytes
from themer.base.tables import read_csv, write_csv
from themer.dataset.shards import Example, ShardSummary, write_split, write_summary
from themer.pictures.images import encode_png
from themer.reports.mistakes_grid import draw_grid, grid_of
from themer.scoring.prediction_table import Answers, write_answers

LABELS = ["Blue", "Green", "Red"]
SIZE = 32
TABLES = ["confusion", "roc", "precision_recall", "reliability", "risk_coverage", "top_k", "slices"]
OUTPUTS = ["metrics/slices.json", *(f"plots/{name}.csv" for name in TABLES), "plots/result.png", "plots/mistakes.png"]
# Actual theme, answered theme, probability.
ROWS = [
    *[("Red", "Red", 0.5 + 0.03 * number) for number in range(12)],
    ("Red", "Green", 0.9),
    ("Green", "Green", 0.8),
    ("Green", "Red", 0.7),
    ("Blue", "Blue", 0.6),
]


def pixels(position: int) -> np.ndarray:
    """Return a picture in a colour of its own, the last one of noise."""
    if position == len(ROWS) - 1:
        return np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    return np.full((SIZE, SIZE, 3), (10 * position, 255 - 10 * position, 128), np.uint8)


def answers(rows: list[tuple[str, str, float]]) -> Answers:
    """Return the answers of rows, for sets 0-1, 1-1 and so on."""
    probabilities = np.array([[(1 - share) / 2] * 3 for _, _, share in rows], np.float32)
    for position, (_, answered, share) in enumerate(rows):
        probabilities[position, LABELS.index(answered)] = share
    actual = np.array([LABELS.index(theme) for theme, _, _ in rows], np.int64)
    return Answers(
        [f"{number}-1" for number in range(len(rows))], actual, probabilities, np.ones(len(rows), bool), LABELS
    )


def no_answers() -> Answers:
    return Answers([], np.empty(0, np.int64), np.empty((0, 3), np.float32), np.empty(0, bool), LABELS)


@pytest.fixture
def folder(tmp_path) -> Path:
    """The answers for sixteen test pictures, what is known of their sets and others, and no original network's."""
    examples = [
        Example(f"{position}-1", LABELS.index(theme), encode_png(Image.fromarray(pixels(position))))
        for position, (theme, _, _) in enumerate(ROWS)
    ]
    write_split(tmp_path / "shards", "test", examples, pictures_per_shard=5)
    write_summary(tmp_path / "shards", ShardSummary(LABELS, SIZE, (255, 255, 255), {"test": len(ROWS)}))
    # The tables are in another order than the shards, and know of more sets.
    ids = [f"{number}-1" for number in (*reversed(range(len(ROWS))), 99)]
    years = ["" if set_id == "0-1" else "1999" if set_id == "1-1" else "2001" for set_id in ids]
    widths = [400 if set_id == "2-1" else 200 for set_id in ids]
    sets = pandas.DataFrame({"set_id": ids, "family": ids, "year": years, "width": widths, "height": 200})
    write_csv(sets[["set_id", "family"]], tmp_path / "dataset.csv")
    write_csv(sets[["set_id", "year"]], tmp_path / "labelled.csv")
    unfit = pandas.DataFrame({"set_id": ["100-1"], "width": "", "height": ""})
    write_csv(pandas.concat([sets[["set_id", "width", "height"]].astype(str), unfit]), tmp_path / "thumbnails.csv")
    write_answers(answers(ROWS), tmp_path / "test_answers.csv")
    write_answers(no_answers(), tmp_path / "original_answers.csv")
    return tmp_path


@pytest.fixture
def run(write_params):
    """Return a function that draws the charts of a folder."""

    def run(folder: Path, **changes: object) -> dict[str, bytes]:
        paths = {"answers": "test_answers.csv", "original": "original_answers.csv", "shards": "shards"}
        paths |= {name: f"{name}.csv" for name in ("dataset", "labelled", "thumbnails")}
        paths |= {"metrics": "metrics/slices.json", "result": "plots/result.png", "mistakes": "plots/mistakes.png"}
        paths |= {name.replace("_", "-"): f"plots/{name}.csv" for name in TABLES}
        given = [part for name, path in paths.items() for part in (f"--{name}", str(folder / path))]
        charts.main([*given, "--params", str(write_params(changes))])
        return {name: (folder / name).read_bytes() for name in OUTPUTS}

    return run


def colours(picture: bytes) -> set[tuple[int, int, int]]:
    return {colour for _, colour in Image.open(io.BytesIO(picture)).getcolors(1 << 20)}


def shown(sheet: bytes) -> set[int]:
    """Return the positions of the pictures on a sheet, but for the one of noise."""
    found = colours(sheet)
    return {position for position in range(len(ROWS) - 1) if tuple(pixels(position)[0, 0].tolist()) in found}


def test_every_output_is_as_its_description_says(folder, run):
    run(folder)
    assert [problems_of_file(folder / name, name) for name in OUTPUTS] == [[]] * len(OUTPUTS)


def test_the_tables_are_those_of_the_answers(folder, run):
    run(folder)
    confusion = read_csv(folder / "plots/confusion.csv").to_numpy().tolist()
    assert ["Red", "Red", "12"] in confusion and ["Red", "Green", "1"] in confusion
    for name in ("roc", "precision_recall"):
        assert set(read_csv(folder / f"plots/{name}.csv")["theme"]) == set(LABELS)
    assert read_csv(folder / "plots/top_k.csv")["accuracy"].tolist()[0] == "0.875"
    assert read_csv(folder / "plots/reliability.csv")["pictures"].astype(int).sum() == len(ROWS)
    assert read_csv(folder / "plots/risk_coverage.csv").iloc[-1, :2].tolist() == ["1.0", "0.125"]


def test_each_picture_is_in_the_slices_of_its_own_set(folder, run):
    run(folder)
    table = read_csv(folder / "plots/slices.csv").set_index(["attribute", "slice"])
    assert {name: int(count) for name, count in table["pictures"].items()} == {
        ("decade", "1990s"): 1,
        ("decade", "2000s"): 14,
        ("decade", "unknown"): 1,
        ("shape", "about square"): 15,
        ("shape", "wide (above 4:3)"): 1,
        ("size", "300 to 499 px"): 1,
        ("size", "below 300 px"): 15,
        ("background", "busy"): 1,
        ("background", "plain"): 15,
    }


def test_the_worst_slice_is_a_large_one(folder, run):
    run(folder)
    assert json.loads((folder / "metrics/slices.json").read_text()) == {
        "worst_slice": "decade: 2000s",
        "worst_slice_accuracy": round(12 / 14, 6),
        "worst_slice_pictures": 14,
    }


def test_the_sheet_shows_mistakes_and_the_least_certain_right_answers(folder, run):
    assert shown(run(folder, **{"evaluate.mistakes": 2})["plots/mistakes.png"]) == {0, 1, 12, 13, 14}
    assert shown(run(folder, **{"evaluate.mistakes": 20})["plots/mistakes.png"]) == set(range(15))


def test_a_lower_confidence_level_narrows_the_intervals(folder, run):
    ends = []
    for level in (0.95, 0.5):
        run(folder, **{"evaluate.confidence_level": level})
        ends.append(read_csv(folder / "plots/slices.csv")["low"].astype(float))
    assert (ends[0] < ends[1]).all()


def test_an_original_network_has_a_row_in_the_result_and_changes_nothing_else(folder, run):
    before = run(folder)
    write_answers(answers([*ROWS[:-1], ("Blue", "Red", 0.5)]), folder / "original_answers.csv")
    after = run(folder)
    assert [name for name in OUTPUTS if before[name] != after[name]] == ["plots/result.png"]
    heights = [Image.open(io.BytesIO(one["plots/result.png"])).height for one in (before, after)]
    assert heights[1] == 2 * heights[0]


def test_the_same_answers_give_the_same_bytes(folder, run):
    assert run(folder) == run(folder)


@pytest.mark.parametrize(
    ("answered", "title"),
    [("Green", "1 of 2 test pictures got a wrong theme"), ("Red", "No mistakes")],
)
def test_the_sheet_says_how_many_are_wrong(answered, title):
    found = answers([("Red", "Red", 0.9), ("Red", answered, 0.8)])
    grid, pictures = grid_of(found, 1), {position: pixels(position) for position in (0, 1)}
    subtitle = "Most confident mistakes, least certain right answers; with the probability of the answer."
    expected = draw_grid(grid, found, pictures, title, subtitle)
    assert charts.mistakes_sheet(grid, found, pictures) == expected


def test_a_table_of_something_else_is_refused(folder, run):
    write_bytes(b"set_id,label\n", folder / "original_answers.csv")
    with pytest.raises(SystemExit, match="original_answers.csv: not a table of answers"):
        run(folder)


def test_the_title_says_how_good_the_answers_are():
    found = answers([("Red", "Red", 0.9), ("Red", "Green", 0.8)])
    assert charts.title(found, ["a", "b"], 0.95) == "50.0% of 2 test pictures right (5.5% to 94.5%)"
