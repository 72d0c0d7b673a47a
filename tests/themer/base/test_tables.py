import pandas

from themer.base.tables import read_csv, write_csv


def test_a_table_stays_text(tmp_path):
    table = pandas.DataFrame({"set_id": ["0011-2"], "theme": ["None"], "year": [""]})
    write_csv(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_bytes() == b"set_id,theme,year\n0011-2,None,\n"
    assert read_csv(tmp_path / "table.csv").to_dict("records") == table.to_dict("records")
