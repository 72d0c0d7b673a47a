import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themer.catalogue.sets import number_without_variant, plain_text, read_sets, shuffled, whole_number

NUMBERS = st.lists(st.text(), unique=True)


def test_sets_are_read_in_the_order_of_the_file(tmp_path):
    (tmp_path / "sets.json").write_text(json.dumps([{"set_id": "0011-2"}, {"set_id": "B001-1", "name": "Bärenhöhle"}]))
    assert [found["set_id"] for found in read_sets(tmp_path / "sets.json")] == ["0011-2", "B001-1"]


@pytest.mark.parametrize(
    ("set_id", "number"),
    [
        ("8684-16", "8684"),
        ("0011-2", "0011"),
        ("700.1.2-1", "700.1.2"),
        ("X", "X"),
        ("Build-a-Mini-2026", "Build-a-Mini"),
        ("215-2B", "215"),
        ("b56de-01", "b56de"),
        ("8888-0", "8888"),
        ("fig-000001", "fig-000001"),
        ("fig-123456", "fig-123456"),
        ("-1", "-1"),
    ],
)
def test_a_number_loses_only_its_variant(set_id, number):
    assert number_without_variant(set_id) == number


@given(NUMBERS, st.randoms())
def test_the_order_depends_only_on_the_numbers(numbers, chance):
    mixed = list(numbers)
    chance.shuffle(mixed)
    assert shuffled(mixed) == shuffled(numbers)
    assert sorted(shuffled(numbers)) == sorted(numbers)


@given(st.lists(st.text(), unique=True, min_size=1), st.text())
def test_an_added_number_leaves_the_order_of_the_others(numbers, salt):
    without = [number for number in shuffled(numbers, salt) if number != numbers[0]]
    assert without == shuffled(numbers[1:], salt)


def test_another_salt_gives_another_order():
    numbers = [f"{number}-1" for number in range(20)]
    assert shuffled(numbers) != shuffled(numbers, salt="1 ") != shuffled(numbers, salt="2 ")


def test_neighbouring_numbers_are_separated():
    numbers = [f"{number}-1" for number in range(1000)]
    found = shuffled(numbers)
    assert sum(abs(int(a[:-2]) - int(b[:-2])) == 1 for a, b in zip(found, found[1:], strict=False)) < 10
    assert {number[0] for number in found[:40]} == set("123456789")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("Dino Attack ", "Dino Attack"),
        ("  Two\r\nlines\rand\u2028more\x85", "Two lines and more"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("half \ud83d", "half \ufffd"),
        ('Señor "Piñata" 👩\u200d🚒', 'Señor "Piñata" 👩\u200d🚒'),
        (None, ""),
        (8684, "8684"),
    ],
)
def test_a_name_becomes_one_line_of_text(sent, name):
    assert plain_text(sent) == name


@pytest.mark.parametrize(
    ("text", "number"), [("504.0", "504"), (" 504. ", "504"), ("504", "504"), ("504.5", "504.5"), ("", ""), ("x", "x")]
)
def test_a_spreadsheet_s_whole_number_loses_its_decimal_point(text, number):
    assert whole_number(text) == number
