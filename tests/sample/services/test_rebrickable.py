"""Rebrickable's tables agree with the catalogue."""

import csv
import gzip

from sample.services.catalogue import all_sets, at_rebrickable
from sample.services.rebrickable import table


def test_the_table_of_sets_lists_the_sets_of_rebrickable() -> None:
    body = table("sets.csv.gz").body
    rows = list(csv.DictReader(gzip.decompress(body).decode().splitlines()))
    assert [row["set_num"] for row in rows] == [lego_set.number for lego_set in at_rebrickable()]
    assert {row["img_url"] for row in rows if all_sets()[row["set_num"]].oddity == "nowhere"} == {""}
