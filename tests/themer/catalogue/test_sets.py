from hypothesis import given
from hypothesis import strategies as st

from themer.catalogue.sets import shuffled

NUMBERS = st.lists(st.text(), unique=True)


@given(NUMBERS, st.randoms())
def test_the_order_depends_on_nothing_but_the_numbers(numbers, chance):
    mixed = list(numbers)
    chance.shuffle(mixed)
    assert shuffled(mixed) == shuffled(numbers)
    assert sorted(shuffled(numbers)) == sorted(numbers)


@given(st.lists(st.text(), unique=True, min_size=1), st.text())
def test_one_number_more_leaves_the_order_of_the_others(numbers, salt):
    without = [number for number in shuffled(numbers, salt) if number != numbers[0]]
    assert without == shuffled(numbers[1:], salt)


def test_another_salt_gives_another_order():
    numbers = [f"{number}-1" for number in range(20)]
    assert shuffled(numbers) != shuffled(numbers, salt="1 ") != shuffled(numbers, salt="2 ")


def test_neighbours_are_parted():
    numbers = [f"{number}-1" for number in range(1000)]
    found = shuffled(numbers)
    assert sum(abs(int(a[:-2]) - int(b[:-2])) == 1 for a, b in zip(found, found[1:], strict=False)) < 10
    assert {number[0] for number in found[:40]} == set("123456789")
