#!/usr/bin/env bash
# A column of set numbers such as 6080-1, described, validated and written by frictionless.
#
# Version: frictionless 5.21.0.
# Behaviour: it infers the type `yearmonth`, which Table Schema defines as XML Schema's gYearMonth, YYYY-MM. Its reader
# takes any two whole numbers around a dash of which the second is 1 to 12. So 6080-1 is January 6080, and 605-1 and
# 75192-1 are months too. The table is valid. Written again, each number has got a zero: 6080-01, and 0011-1 is 11-01.
# One part in ten may be anything else: that is an error in `validate`, and is written as an empty field. Numbers that
# end in -0, or in -13 and above, make it a column of text only if more than a tenth are so. Nothing warns.
# It matters to tables of LEGO sets, nearly all of whose numbers end in -1: after a copy, no set is found by its number.
# Seen, the type and what a copy has:
#   6080-1 75192-1       yearmonth  valid      6080-01 75192-01
#   0011-1 605-1         yearmonth  valid      11-01 605-01
#   6080-1 8683-13       string     valid      6080-1 8683-13
#   9 of 6080-1, 1 more  yearmonth  not valid  6080-01, and at last (nothing) for fig-1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q frictionless==5.21.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import csv
from pathlib import Path

import frictionless


def copied(numbers):
    """The inferred type, whether the table is valid, and the numbers in a copy of it."""
    Path("sets.csv").write_text("".join(f"{line}\n" for line in ["set_num,name", *(f"{n},a set" for n in numbers)]))
    valid = frictionless.validate("sets.csv").valid
    resource = frictionless.Resource("sets.csv")
    resource.write("copy.csv")
    rows = list(csv.DictReader(Path("copy.csv").read_text().splitlines()))
    kind = frictionless.describe("sets.csv").schema.get_field("set_num").type
    return f"{kind:9}  {'valid' if valid else 'not valid':9} ", [row["set_num"] or "(nothing)" for row in rows]


for numbers in (["6080-1", "75192-1"], ["0011-1", "605-1"], ["6080-1", "8683-13"]):
    kind, copy = copied(numbers)
    print(f"{' '.join(numbers):20} {kind} {' '.join(copy)}")
kind, copy = copied(["6080-1"] * 9 + ["fig-1"])
print(f"{'9 of 6080-1, 1 more':20} {kind} {copy[0]}, and at last {copy[-1]} for fig-1")
PYTHON
diff "$folder/seen" - <<'SEEN'
6080-1 75192-1       yearmonth  valid      6080-01 75192-01
0011-1 605-1         yearmonth  valid      11-01 605-01
6080-1 8683-13       string     valid      6080-1 8683-13
9 of 6080-1, 1 more  yearmonth  not valid  6080-01, and at last (nothing) for fig-1
SEEN
