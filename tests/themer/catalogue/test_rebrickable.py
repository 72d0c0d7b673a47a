import gzip

import pytest

from themer.base.errors import UserError
from themer.catalogue.polite_http import polite_session
from themer.catalogue.rebrickable import as_set_objects, fetch_tables, parse_table, read_table

SETS = gzip.compress(
    b'set_num,name,year,theme_id,num_parts,img_url\n0011-2,"Null, NA",1978,84,12,https://x/1.jpg\n', mtime=0
)
THEMES = gzip.compress(b"id,name,parent_id\n84,None,\n", mtime=0)


def test_tables_are_stored_unchanged(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    tables = fetch_tables(polite_session(), site.url, tmp_path, cache=None)
    assert (tmp_path / "sets.csv.gz").read_bytes() == SETS
    assert tables["themes"].iloc[0].to_dict() == {"id": "84", "name": "None", "parent_id": ""}


def test_tables_are_requested_at_most_once_a_day(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    for _ in range(2):
        fetch_tables(polite_session(), site.url, tmp_path, cache=tmp_path / "cache")
    assert set(site.request_counts().values()) == {1}


def test_set_numbers_stay_text(tmp_path):
    (tmp_path / "sets.csv.gz").write_bytes(SETS)
    assert read_table(tmp_path / "sets.csv.gz")["set_num"][0] == "0011-2"


def test_rows_become_objects_like_those_of_the_api():
    [found] = as_set_objects(parse_table(SETS, "sets", "here"))
    assert found == {"set_id": "0011-2", "name": "Null, NA", "year": "1978", "image_urls": {}}


INVALID = {
    "a page": b"<html>maintenance</html>",
    "nothing": b"",
    "half a table": SETS[:20],
    "other columns": gzip.compress(b"a,b\n1,2\n", mtime=0),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_table_is_quoted(case):
    with pytest.raises(UserError, match=r"here: (expected a gzipped CSV|the columns .* are missing)"):
        parse_table(INVALID[case], "sets", "here")
