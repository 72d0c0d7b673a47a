import pytest
from jinja2 import UndefinedError

from themer.reports.model_card import count, figure, filled, interval, score, share, text


@pytest.mark.parametrize(("value", "shown"), [(0.9512, "95.1 %"), ("0.5", "50.0 %"), (1, "100.0 %"), (0, "0.0 %")])
def test_shares_are_percentages(value, shown):
    assert share(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(1234567, "1,234,567"), ("12", "12"), (0, "0")])
def test_counts_have_thousands_separators(value, shown):
    assert count(value) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.12345, "0.123"), ("1", "1.000"), (0.0, "0.000")])
def test_figures_have_three_decimal_places(value, shown):
    assert figure(value) == shown


@pytest.mark.parametrize("missing", [None, ""])
def test_a_missing_value_is_a_dash(missing):
    assert [write(missing) for write in (share, count, figure, score)] == ["–"] * 4
    assert interval({"accuracy": missing}, "accuracy") == interval({}, "accuracy") == "–"


def test_a_share_has_its_interval():
    figures = {"accuracy": 0.95, "accuracy_low": "0.901", "accuracy_high": 0.9821}
    assert interval(figures, "accuracy") == "95.0 % (90.1 to 98.2)"


def test_a_template_can_use_the_filters():
    template = '{{ a | share }}, {{ b | interval("c") }}, {{ d | count }}, {{ e | figure }}, {{ f | score }}'
    assert (
        filled(template, {"a": 0.5, "b": {"c": ""}, "d": 1000, "e": 2, "f": 0.9999})
        == "50.0 %, –, 1,000, 2.000, 0.999\n"
    )


def test_values_are_not_escaped_as_html():
    assert filled("{{ name }}\n\n", {"name": '<The "old" & new>'}) == '<The "old" & new>\n'


@pytest.mark.parametrize(
    ("name", "escaped"),
    [
        ("Technic/Bionicle (1999-2003), no. 1 + 2: Co. #3!", "Technic/Bionicle (1999-2003), no. 1 + 2: Co. #3!"),
        ("=1+1 | <b>*Bulk* `x`", r"=1+1 \| \<b\>\*Bulk\* \`x\`"),
        ("[x](http://a) &amp; a\\|b", r"\[x\](http://a) \&amp; a\\\|b"),
        ("__a__ ~~b~~ $5 to $10", r"\_\_a\_\_ \~\~b\~\~ \$5 to \$10"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_name_is_text_in_markdown(name, escaped):
    assert text(name) == filled("{{ name | text }}", {"name": name}).strip() == escaped


def test_blocks_leave_no_empty_lines():
    template = "| a |\n{% for row in rows %}\n| {{ row }} |\n{% endfor %}\nend"
    assert filled(template, {"rows": [1, 2]}) == "| a |\n| 1 |\n| 2 |\nend\n"


def test_a_value_that_is_not_given_is_refused():
    with pytest.raises(UndefinedError, match="'accuracy' is undefined"):
        filled("{{ accuracy }}", {})
