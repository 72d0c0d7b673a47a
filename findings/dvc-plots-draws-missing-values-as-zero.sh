#!/usr/bin/env bash
# `dvc plots show` of a CSV file in which a value is missing.
#
# Versions: dvc 3.67.1, vl-convert-python 1.9.0.post1 to draw what it writes.
# Behaviour: DVC hands an empty field to Vega as an empty text, which is 0 as a number. So a missing value becomes a
# point or a bar at 0, and lines fall to 0 and rise again. From JSON, a null leaves the value out. In CSV, `nan` does so
# too. pandas writes missing values as empty fields unless `na_rep` says otherwise.
# It matters to curves of runs that measure not every epoch: an unmeasured one looks like a failure.
# Seen, for the values 0.9, nothing and 0.8:
#   scatter         empty: 0.9 0 0.8  null: 0.9 0.8  nan: 0.9 0.8
#   bar_horizontal  empty: 0.9 0 0.8  null: 0.9 0.8  nan: 0.9 0.8
#   simple          empty: falls to 0  null: does not  nan: does not
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1 vl-convert-python==1.9.0.post1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
mkdir "$folder/project"
cd "$folder/project"
git init -q
dvc init -q
printf 'epoch,score\n1,0.9\n2,\n3,0.8\n' >empty.csv
printf 'epoch,score\n1,0.9\n2,nan\n3,0.8\n' >nan.csv
echo '[{"epoch": 1, "score": 0.9}, {"epoch": 2, "score": null}, {"epoch": 3, "score": 0.8}]' >null.json
cat >draw.py <<'PYTHON'
"""Print what is drawn for each file, in units of its axis."""

import json
import re
import sys

import vl_convert

TEMPLATE, plots = sys.argv[1], json.load(sys.stdin)["data"]


def drawn(file):
    svg = vl_convert.vegalite_to_svg(plots[file][0]["content"])
    if TEMPLATE != "simple":
        return " ".join(re.findall(r'aria-label="[^"]*score: ([^;"]*)[^"]*" role="graphics-symbol"', svg))
    (line,) = re.findall(r'aria-roledescription="line mark" d="([^"]*)"', svg)
    # The height is 300, of which 0.1 takes all where 0.8 and 0.9 are the ends.
    return "falls to 0" if max(float(y) for y in re.findall(r",([\d.]+)", line)) > 300 else "does not"


files = ("empty.csv", "null.json", "nan.csv")
print(f"{TEMPLATE:15}", "  ".join(f"{file.split('.')[0]}: {drawn(file)}" for file in files))
PYTHON
for template in scatter bar_horizontal simple; do
    axes='x: epoch, y: score'
    [ "$template" = bar_horizontal ] && axes='x: score, y: epoch'
    {
        echo "plots:"
        for file in empty.csv nan.csv null.json; do echo "- $file: {template: $template, $axes}"; done
    } >dvc.yaml
    dvc plots show --json 2>"$folder/log" | python draw.py "$template"
done | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
scatter         empty: 0.9 0 0.8  null: 0.9 0.8  nan: 0.9 0.8
bar_horizontal  empty: 0.9 0 0.8  null: 0.9 0.8  nan: 0.9 0.8
simple          empty: falls to 0  null: does not  nan: does not
SEEN
