import pytest
from jinja2 import UndefinedError

from themer.reports.model_card import count, figure, interval, model_card, share


@pytest.fixture
def card(tmp_path):
    """Return a function that fills a template."""

    def card(template: str, **facts: object) -> str:
        (tmp_path / "template").write_text(template, encoding="utf-8")
        return model_card(tmp_path / "template", facts)

    return card


@pytest.mark.parametrize(("value", "text"), [(0.9512, "95.1 %"), ("0.5", "50.0 %"), (1, "100.0 %"), (0, "0.0 %")])
def test_shares_are_percentages(value, text):
    assert share(value) == text


@pytest.mark.parametrize(("value", "text"), [(1234567, "1,234,567"), ("12", "12"), (0, "0")])
def test_counts_have_their_thousands_apart(value, text):
    assert count(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.12345, "0.123"), ("1", "1.000"), (0.0, "0.000")])
def test_figures_have_three_digits(value, text):
    assert figure(value) == text


@pytest.mark.parametrize("missing", [None, ""])
def test_what_is_missing_is_a_dash(missing):
    assert [write(missing) for write in (share, count, figure)] == ["–"] * 3
    assert interval({"accuracy": missing}, "accuracy") == interval({}, "accuracy") == "–"


def test_a_share_has_its_interval():
    figures = {"accuracy": 0.95, "accuracy_low": "0.901", "accuracy_high": 0.9821}
    assert interval(figures, "accuracy") == "95.0 % (90.1 to 98.2)"


def test_the_filters_are_known_to_the_template(card):
    template = '{{ a | share }}, {{ b | interval("c") }}, {{ d | count }}, {{ e | figure }}'
    assert card(template, a=0.5, b={"c": ""}, d=1000, e=2) == "50.0 %, –, 1,000, 2.000\n"


def test_names_are_written_as_they_are(card):
    assert card("{{ name }}\n\n", name='<The "old" & new>') == '<The "old" & new>\n'


def test_blocks_leave_no_empty_lines(card):
    assert (
        card("| a |\n{% for row in rows %}\n| {{ row }} |\n{% endfor %}\nend", rows=[1, 2])
        == "| a |\n| 1 |\n| 2 |\nend\n"
    )


def test_what_is_not_known_is_refused(card):
    with pytest.raises(UndefinedError, match="'accuracy' is undefined"):
        card("{{ accuracy }}")
