import gzip
import os
from pathlib import Path

import pytest

from themer.base.errors import UserError
from themer.catalogue.download_cache import DownloadCache
from themer.catalogue.polite_http import polite_session, retry_policy
from themer.catalogue.rebrickable import as_set_objects, fetch_tables, parse_table, read_table
from themer.catalogue.robots import Robots
from themer.catalogue.theme_tree import ThemeTree

SETS = gzip.compress(
    b'set_num,name,year,theme_id,num_parts,img_url\n0011-2,"Null, NA",1978,84,12,https://x/1.jpg\n', mtime=0
)
THEMES = gzip.compress(b"id,name,parent_id\n84,None,\n", mtime=0)


def accept(tables: dict) -> None:
    """Accept every table."""


def test_tables_are_stored_unchanged(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    tables = fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)
    assert (tmp_path / "sets.csv.gz").read_bytes() == SETS
    assert tables["themes"].iloc[0].to_dict() == {"id": "84", "name": "None", "parent_id": ""}


def test_tables_are_requested_at_most_once_a_day(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    for _ in range(2):
        fetch_tables(Robots(polite_session()), site.url, tmp_path, DownloadCache(tmp_path / "cache"), accept)
    assert set(site.request_counts().values()) == {1}


def test_after_a_day_a_kept_table_is_asked_for_with_its_tag(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS, ETag='"1"')
    site.put("/media/downloads/themes.csv.gz", THEMES)
    cache = DownloadCache(tmp_path / "cache")
    for _ in range(3):
        assert list(fetch_tables(Robots(polite_session()), site.url, tmp_path, cache, accept)["sets"]["set_num"]) == [
            "0011-2"
        ]
        if not any("If-None-Match" in headers for _, headers in site.requests):
            age_by_a_day(tmp_path / "cache")
    sent = [headers.get("If-None-Match") for path, headers in site.requests if path.endswith("sets.csv.gz")]
    assert sent == [None, '"1"']


def age_by_a_day(folder: Path) -> None:
    """Make the files of a cache a day older."""
    for path in folder.rglob("*.json"):
        os.utime(path, (path.stat().st_mtime - 86_401,) * 2)


@pytest.mark.parametrize("answer", [(b"<html>maintenance</html>", 200), (b"", 200), (b"", 404)])
def test_a_bad_answer_is_not_kept(site, tmp_path, answer):
    site.put("/media/downloads/sets.csv.gz", *answer)
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    cache = DownloadCache(tmp_path / "cache")
    with pytest.raises(UserError, match="sets.csv.gz: (expected|the columns)"):
        fetch_tables(Robots(polite_session(retry=retry_policy(retries=0))), site.url, tmp_path, cache, accept)
    assert list(fetch_tables(Robots(polite_session()), site.url, tmp_path, cache, accept)["sets"]["set_num"]) == [
        "0011-2"
    ]


def test_a_kept_table_outlives_a_bad_answer(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    cache = DownloadCache(tmp_path / "cache")
    fetch_tables(Robots(polite_session()), site.url, tmp_path, cache, accept)
    age_by_a_day(tmp_path / "cache")
    site.answers["/media/downloads/sets.csv.gz"] = [(200, b"<html>", {})]
    with pytest.raises(UserError, match="the columns .* are missing"):
        fetch_tables(Robots(polite_session(retry=retry_policy(retries=0))), site.url, tmp_path, cache, accept)
    assert cache.find(f"{site.url}/media/downloads/sets.csv.gz").content == SETS


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
    "a broken gzip": SETS[:30] + b"\xff" * 40 + SETS[60:],
    "a wrong checksum": SETS[:-8] + b"\0" * 8,
    "bytes after it": SETS + b"</html>",
    "another encoding": gzip.compress("set_num,name,theme_id\n1-1,Bär,1\n".encode("latin-1"), mtime=0),
    "another separator": b"set_num;name;theme_id\n1-1;A;1\n",
    "other columns": gzip.compress(b"a,b\n1,2\n", mtime=0),
}


@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_table_is_quoted(case):
    with pytest.raises(UserError, match=r"here: (expected a gzipped CSV|the columns .* are missing)"):
        parse_table(INVALID[case], "sets", "here")


PLAIN = gzip.decompress(SETS)
FORMS = {
    "plain": PLAIN,
    "gzipped twice": gzip.compress(SETS, mtime=0),
    "with a byte-order mark": b"\xef\xbb\xbf" + PLAIN,
    "with CRLF": gzip.compress(PLAIN.replace(b"\n", b"\r\n"), mtime=0),
    "with CR": PLAIN.replace(b"\n", b"\r"),
    "with quotes": PLAIN.replace(b"set_num", b'"set_num"'),
    "with spaces": PLAIN.replace(b",year,", b", year ,").replace(b"0011-2", b" 0011-2 ").replace(b"84", b" 84"),
    "with decimal points": PLAIN.replace(b"1978,84,", b"1978.0,84.0,"),
    "with commas at the end": PLAIN.replace(b"1.jpg", b"1.jpg,,"),
    "in another order": b'theme_id,img_url,year,set_num,name\n84,https://x/1.jpg,1978,0011-2,"Null, NA"\n',
    "with another column": b'new,set_num,name,year,theme_id,img_url\n9,0011-2,"Null, NA",1978,84,https://x/1.jpg\n',
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_taken_in_any_form_that_is_plainly_the_table(form):
    columns = ["set_num", "name", "year", "theme_id", "img_url"]
    found = parse_table(FORMS[form], "sets", "here")[columns].to_dict("records")
    assert found == parse_table(SETS, "sets", "here")[columns].to_dict("records")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip"])
def test_a_mirror_may_say_that_the_table_is_encoded(site, tmp_path, encoding):
    site.put("/media/downloads/sets.csv.gz", SETS, Content_Encoding=encoding)
    site.put("/media/downloads/themes.csv.gz", gzip.compress(THEMES, mtime=0), Content_Encoding=encoding)
    tables = fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)
    assert list(tables["sets"]["set_num"]) == ["0011-2"]
    for name, content in (("sets", SETS), ("themes", THEMES)):
        assert gzip.decompress((tmp_path / f"{name}.csv.gz").read_bytes()) == gzip.decompress(content)


def test_a_table_is_taken_whatever_the_headers_say_of_its_encoding(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", PLAIN, Content_Encoding="gzip")
    site.put("/media/downloads/themes.csv.gz", THEMES, Content_Encoding="deflate")
    assert list(fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)["themes"]["id"]) == ["84"]


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_half_a_table_is_an_error_also_if_the_headers_call_it_encoded(site, tmp_path, encoding):
    site.put("/media/downloads/sets.csv.gz", SETS[:-20], Content_Encoding=encoding)
    with pytest.raises(UserError, match=r"sets.csv.gz: expected a gzipped CSV"):
        fetch_tables(Robots(polite_session(retry=retry_policy(retries=0))), site.url, tmp_path, None, accept)
    assert not (tmp_path / "sets.csv.gz").exists()


def test_a_response_that_breaks_off_is_an_error(site, tmp_path):
    site.put("/media/downloads/sets.csv.gz", SETS, Content_Length="9999", Connection="close")
    with pytest.raises(UserError, match="sets.csv.gz: the response broke off"):
        fetch_tables(Robots(polite_session(retry=retry_policy(retries=0))), site.url, tmp_path, None, accept)


def test_a_response_that_breaks_off_once_is_requested_again(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/media/downloads/sets.csv.gz", SETS[:30], Content_Length=str(len(SETS)), Connection="close")
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)
    assert (tmp_path / "sets.csv.gz").read_bytes() == SETS


# What answers 200 with a whole body is as cut as what closes the connection early, be there a length or not.
CUT = {
    "nothing": b"",
    "the heading": PLAIN[:9],
    "a gzip": SETS[:-20],
    "the checksum of a gzip": SETS[:-1],
    "a row": PLAIN + b'1-1,"Big',
    "a row after the end of a line in quotes": PLAIN + b'1-1,"Big\n',
    "a row with fewer fields": PLAIN + b"1-1,Big,19",
    "the first row": PLAIN[:50],
    "the last field": PLAIN + b"1-1,Big,1978,84,12,https://x/",
    "the last field, in quotes": PLAIN + b'1-1,Big,1978,84,12,"https://x/1.jpg\n',
    "the end of the last line": PLAIN[:-1],
    "a character": PLAIN + "1-1,Bä".encode()[:-1],
    "a character of the last field": PLAIN + "1-1,Big,1978,84,12,https://ä".encode()[:-1],
}
WITHOUT_A_LENGTH = {"Connection": "close"}
CHUNKED = {"Connection": "close", "Transfer_Encoding": "chunked"}


@pytest.mark.parametrize("case", CUT)
def test_a_table_that_breaks_off_without_a_length_is_requested_again(site, tmp_path, monkeypatch, case):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/media/downloads/sets.csv.gz", CUT[case])
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)
    assert (tmp_path / "sets.csv.gz").read_bytes() == SETS


def test_a_table_in_chunks_of_which_the_last_is_missing_is_requested_again(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/media/downloads/sets.csv.gz", b"%x\r\n%s\r\n" % (len(PLAIN), PLAIN), **CHUNKED)
    site.put("/media/downloads/sets.csv.gz", SETS)
    site.put("/media/downloads/themes.csv.gz", THEMES)
    fetch_tables(Robots(polite_session()), site.url, tmp_path, None, accept)
    assert (tmp_path / "sets.csv.gz").read_bytes() == SETS


@pytest.mark.parametrize("case", CUT)
def test_a_table_that_breaks_off_each_time_is_an_error_and_not_kept(site, tmp_path, monkeypatch, case):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    site.put("/media/downloads/sets.csv.gz", CUT[case], **WITHOUT_A_LENGTH)
    cache = DownloadCache(tmp_path / "cache")
    with pytest.raises(UserError, match=r"/sets.csv.gz: (expected a gzipped CSV|the columns .* are missing)"):
        fetch_tables(Robots(polite_session()), site.url, tmp_path, cache, accept)
    assert site.request_counts()["/media/downloads/sets.csv.gz"] == 5
    assert not (tmp_path / "sets.csv.gz").exists() and cache.find(f"{site.url}/media/downloads/sets.csv.gz") is None


def test_the_line_that_breaks_off_is_quoted():
    with pytest.raises(UserError, match=r"here: expected .* in the middle of line 3: .*https://x/'. Try again later"):
        parse_table(CUT["the last field"], "sets", "here")


MISFITS = {
    "a comma without quotes": (b"set_num,name,theme_id\n1-1,A,1\n2-1,Big, bad,2\n", "line 3 has 4 fields"),
    "the end of a line without quotes": (b"set_num,name,theme_id\n1-1,Big\nbad,1\n", "line 2 has 2 fields"),
    "after a name of two lines": (b'set_num,name,theme_id\n1-1,"A\nB",1\n2-1,C,2,3\n', "line 4 has 4 fields"),
    "semicolons": (b"set_num;name;theme_id\n1-1;A, B;1\n", "Save it with commas in place of ';'"),
    "tabs": (b"set_num\ttheme_id\n1-1\t1\n", "Save it with commas in place of '.t'"),
    "cp1252": ("set_num,name,theme_id\n1-1,Bär,1\n".encode("cp1252"), "line 2 has the byte b'.xe4', as in .* cp1252"),
    "UTF-16": ("set_num,theme_id\n1-1,1\n".encode("utf-16"), "expected a gzipped CSV in UTF-8, but line 1"),
    "a column twice": (b"set_num,theme_id, theme_id \n1-1,1,2\n", 'there are several columns "theme_id"'),
    "a column twice of those that may be missing": (b"set_num,theme_id,name,name\n1-1,1,2,3\n", 'columns "name"'),
}


@pytest.mark.parametrize("case", MISFITS)
def test_a_table_that_would_be_misread_is_refused_with_the_reason(case):
    content, message = MISFITS[case]
    with pytest.raises(UserError, match=f"^here: .*{message}"):
        parse_table(content, "sets", "here")


ROW = b"set_num,theme_id,name\n1-1,1,A"


ENDS = {
    "gzipped": gzip.compress(ROW),
    "LF": ROW + b"\n",
    "CR": ROW + b"\r",
    "lines of space": ROW + b"\n\n \n",
    "a line of commas": ROW + b"\n,,\n",
}


@pytest.mark.parametrize("content", ENDS.values(), ids=ENDS)
def test_a_table_may_end_in_any_way_after_its_last_field(content):
    assert list(parse_table(content, "sets", "here")["set_num"]) == ["1-1"]


def test_a_column_that_nobody_reads_may_be_there_twice():
    assert list(parse_table(b"set_num,theme_id,x,x\n1-1,1,2,3\n", "sets", "here")["theme_id"]) == ["1"]


def test_a_theme_without_a_parent_may_end_before_it():
    assert list(parse_table(b"id,name,parent_id\n1,Duplo\n2,Cars,1\n", "themes", "here")["parent_id"]) == ["", "1"]


@pytest.mark.parametrize("root", ["", "nan", "NaN", "NULL", "None", "<NA>"])
def test_parents_may_be_written_as_a_spreadsheet_or_pandas_does(root):
    table = parse_table(f"id,name,parent_id\n504.0,Duplo,{root}\n505,Cars,504.0\n".encode(), "themes", "here")
    assert ThemeTree.of(table).paths == {"504": ("Duplo",), "505": ("Duplo", "Cars")}


def test_columns_that_nobody_reads_may_be_missing():
    table = parse_table(b"set_num,theme_id\n0011-2,84\n", "sets", "here")
    assert table.to_dict("records") == [{"set_num": "0011-2", "theme_id": "84"}]
    with pytest.raises(UserError, match=r"the columns \['name', 'year', 'img_url'\] are missing"):
        as_set_objects(table)


@pytest.mark.parametrize("absent", ["0", "-1", "NaN"])
def test_a_parent_that_stands_for_none_is_none(absent):
    assert list(parse_table(f"id,name,parent_id\n5,Duplo,{absent}\n".encode(), "themes", "here")["parent_id"]) == [""]


def test_a_theme_may_have_the_number_0():
    themes = parse_table(b"id,name,parent_id\n0,Duplo,\n5,Cars,0\n", "themes", "here")
    assert list(themes["parent_id"]) == ["", "0"]


@pytest.mark.parametrize("absent", ["nan", " ", "NULL"])
def test_a_set_without_a_picture_has_no_address(absent):
    table = f"set_num,theme_id,img_url\n1-1,5,{absent}\n".encode()
    assert list(parse_table(table, "sets", "here")["img_url"]) == [""]
