import pandas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from themer.base.tables import has_several, read_csv, write_csv


def test_a_table_stays_text(tmp_path):
    table = pandas.DataFrame({"set_id": ["0011-2"], "theme": ["None"], "year": [""]})
    write_csv(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == b"set_id,theme,year\n0011-2,None,\n"
    assert read_csv(tmp_path / "table.csv").to_dict("records") == table.to_dict("records")


ANY_TEXT = st.text(st.sampled_from("a,\"' \r\n\0\x85\u2028\ufeff\\"), max_size=5)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), min_size=1, max_size=3))
def test_any_text_survives_being_written_and_read(tmp_path, rows):
    table = pandas.DataFrame([("1", *row) for row in rows], columns=["set_id", "name", "theme"])
    write_csv(table, tmp_path / "table.csv")
    assert read_csv(tmp_path / "table.csv").to_dict("records") == table.to_dict("records")


def test_half_a_surrogate_pair_is_written_as_a_question_mark(tmp_path):
    write_csv(pandas.DataFrame({"name": ["half \ud83d"]}), tmp_path / "table.csv")
    assert read_csv(tmp_path / "table.csv")["name"][0] == "half ?"


def test_rows_with_the_same_keys_can_have_several_values():
    rows = [("A", "1990", "1"), ("A", "1990", "2"), ("A", "1991", "3"), ("", "1990", "4"), ("", "1990", "5")]
    found = has_several(pandas.DataFrame(rows, columns=["name", "year", "number"]), ["name", "year"], "number")
    assert list(found) == [True, True, False, False, False]
