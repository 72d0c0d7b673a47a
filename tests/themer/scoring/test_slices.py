import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from themer.pictures.images import padded
from themer.scoring import slices
from themer.scoring.intervals import accuracy_interval

WHITE, SIZE = (255, 255, 255), 64
SIDES = st.integers(1, 2000)


@pytest.mark.parametrize(
    ("year", "expected"),
    [("1998", "1990s"), ("2000", "2000s"), ("1999", "1990s"), ("", "unknown"), ("98", "unknown"), ("199x", "unknown")],
)
def test_decades(year, expected):
    assert slices.decade(year) == expected


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((299, 400), "tall (below 3:4)"),
        ((300, 400), "about square"),
        ((400, 300), "about square"),
        ((401, 300), "wide (above 4:3)"),
    ],
)
def test_shapes(sides, expected):
    assert slices.shape(*sides) == expected


@given(SIDES, SIDES)
def test_a_tall_picture_turned_by_90_degrees_is_wide(width, height):
    found, turned = slices.shape(width, height), slices.shape(height, width)
    assert (found.split()[0], turned.split()[0]) in {("tall", "wide"), ("wide", "tall"), ("about", "about")}


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ((299, 10), "below 300 px"),
        ((10, 300), "300 to 499 px"),
        ((499, 499), "300 to 499 px"),
        ((10, 500), "500 px and more"),
    ],
)
def test_the_longer_side_decides_the_size(sides, expected):
    assert slices.size(*sides) == expected


def background_of(picture: Image.Image, fill: tuple[int, int, int] = WHITE) -> str:
    """Return the background of a picture after padding."""
    return slices.background(np.asarray(padded(picture, SIZE, fill)), *picture.size)


def with_set(picture: Image.Image) -> Image.Image:
    """Draw a set into the middle of a picture."""
    width, height = picture.size
    box = (width // 4, height // 4, 3 * width // 4, 3 * height // 4)
    ImageDraw.Draw(picture).rectangle(box, fill="red", outline="black")
    return picture


def scene(width: int, height: int) -> Image.Image:
    """Return a picture of blocks in many colours."""
    blocks = np.random.default_rng(1).integers(0, 256, (8, 8, 3), np.uint8)
    return Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST)


SIDES_OF_PICTURES = [(80, 80), (30, 200), (200, 30)]


@pytest.mark.parametrize("sides", SIDES_OF_PICTURES)
@pytest.mark.parametrize("colour", ["white", "#fafafa"])
def test_a_white_background(sides, colour):
    assert background_of(with_set(Image.new("RGB", sides, colour))) == "white"


@pytest.mark.parametrize("sides", SIDES_OF_PICTURES)
@pytest.mark.parametrize("colour", ["black", "#f0f0f0", "#2266cc"])
def test_padding_does_not_hide_a_plain_background(sides, colour):
    assert background_of(with_set(Image.new("RGB", sides, colour))) == "plain"


@pytest.mark.parametrize("sides", SIDES_OF_PICTURES)
def test_padding_does_not_hide_a_busy_background(sides):
    assert background_of(with_set(scene(*sides))) == "busy"


@pytest.mark.parametrize("sides", [(30, 200), (200, 30)])
def test_the_colour_of_the_padding_does_not_change_the_background(sides):
    assert background_of(with_set(Image.new("RGB", sides, "white")), fill=(0, 0, 0)) == "white"


def test_a_set_that_reaches_the_edge_does_not_make_the_background_busy():
    picture = Image.new("RGB", (100, 100), "white")
    ImageDraw.Draw(picture).rectangle((30, 40, 60, 99), fill="blue")
    assert background_of(picture) == "white"


def test_a_gentle_gradient_is_plain():
    column = np.linspace(150, 180, 100, dtype=np.uint8)
    assert background_of(Image.fromarray(np.broadcast_to(column[:, None, None], (100, 100, 3)).copy())) == "plain"


def test_each_value_of_each_attribute_is_a_slice_with_its_interval():
    correct = np.array([True, True, False, True])
    kinds = pandas.DataFrame({"decade": ["2000s", "1990s", "1990s", "1990s"], "size": ["below 300 px"] * 4})
    table = slices.slice_table(correct, list("aabc"), kinds, 0.9)
    assert table[["attribute", "slice", "pictures"]].to_numpy().tolist() == [
        ["decade", "1990s", 3],
        ["decade", "2000s", 1],
        ["size", "below 300 px", 4],
    ]
    np.testing.assert_allclose(table["accuracy"], [2 / 3, 1, 3 / 4], atol=1e-6)
    np.testing.assert_allclose(
        table.loc[0, ["low", "high"]].astype(float), accuracy_interval(correct[1:], list("abc"), 0.9), atol=1e-6
    )


@examples(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["x", "y", "z"]), st.integers(0, 4)), min_size=1, max_size=40))
def test_the_slices_of_an_attribute_count_every_picture_once(drawn):
    correct, values, families = (list(column) for column in zip(*drawn, strict=True))
    table = slices.slice_table(
        np.array(correct), [str(family) for family in families], pandas.DataFrame({"kind": values}), 0.95
    )
    assert table["pictures"].sum() == len(drawn)
    assert np.dot(table["pictures"], table["accuracy"]) == pytest.approx(sum(correct), abs=1e-3)
    assert (table["low"] <= table["accuracy"]).all() and (table["accuracy"] <= table["high"]).all()


def rows(*values: tuple[str, int, float, float]) -> pandas.DataFrame:
    """Return a table of slices."""
    found = pandas.DataFrame(values, columns=["slice", "pictures", "accuracy", "low"])
    return found.assign(attribute="size")


def test_the_worst_slice_has_the_lowest_accuracy_among_the_large_ones():
    found = slices.worst_slice(rows(("small", 9, 0.1, 0.0), ("good", 50, 0.9, 0.8), ("bad", 10, 0.6, 0.3)))
    assert found == {"worst_slice": "size: bad", "worst_slice_accuracy": 0.6, "worst_slice_pictures": 10}


def test_at_equal_accuracy_the_slice_with_the_lower_interval_is_the_worst():
    found = slices.worst_slice(rows(("certain", 99, 0.6, 0.5), ("uncertain", 10, 0.6, 0.3), ("same", 10, 0.6, 0.3)))
    assert found["worst_slice"] == "size: uncertain"


def test_without_large_slices_there_is_no_worst_slice():
    assert set(slices.worst_slice(rows(("small", 9, 0.1, 0.0))).values()) == {None}


def test_each_picture_gets_its_kind_of_every_attribute():
    sets = pandas.DataFrame({"year": ["1998", ""], "width": [200, 400], "height": [200, 200]})
    pictures = [with_set(Image.new("RGB", (200, 200), "white")), scene(400, 200)]
    squares = [np.asarray(padded(picture, SIZE, WHITE)) for picture in pictures]
    assert slices.picture_kinds(sets, squares).to_dict("records") == [
        {"decade": "1990s", "shape": "about square", "size": "below 300 px", "background": "white"},
        {"decade": "unknown", "shape": "wide (above 4:3)", "size": "300 to 499 px", "background": "busy"},
    ]


def test_sets_of_other_families_with_the_same_name_and_year_are_namesakes():
    cars = [("Car", "1999", "1"), ("Car", "1999", "2"), ("Car", "2001", "3")]
    variants, nameless = [("Bus", "1999", "4"), ("Bus", "1999", "4")], [("", "1999", "5"), ("", "1999", "6")]
    sets = pandas.DataFrame([*cars, *variants, *nameless], columns=["name", "year", "family"])
    assert slices.namesakes(sets) == ["in several families"] * 2 + ["in one family"] * 5
