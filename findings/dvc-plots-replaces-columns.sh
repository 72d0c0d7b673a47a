#!/usr/bin/env bash
# `dvc plots show` of a CSV file whose column is named `filename`, `field`, `rev` or `step`.
#
# Versions: dvc 3.67.1, vl-convert-python 1.9.0.post1 to draw what it writes.
# Behaviour: DVC writes the plot's file, the name of its y and the revision into `filename`, `field` and `rev` of every
# row, and takes the first two out again before it draws. Columns of these names are lost on the way: their axis says
# "undefined", or the revision. Where no x is named, DVC counts the rows in `step`, and so draws 0 and 1 instead of the
# steps in the file. A column that is named as x stays if it is `step`. Nothing warns.
# It matters to tables with a row for each picture, whose key is often called `filename`, and to logs with a `step`.
# Seen, where the two bars or points are:
#   x: score, y: file      a.jpg, b.jpg
#   x: score, y: filename  undefined, undefined
#   x: score, y: field     undefined, undefined
#   x: score, y: rev       workspace, workspace
#   x: step, y: score      100, 200
#   y: score               0, 1
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
{
    echo "plots:"
    for column in file filename field rev; do
        printf '%s,score\na.jpg,0.1\nb.jpg,0.3\n' "$column" >"$column.csv"
        echo "- $column.csv: {x: score, y: $column, template: bar_horizontal}"
    done
    printf 'step,score\n100,0.1\n200,0.3\n' | tee named.csv >counted.csv
    echo "- named.csv: {x: step, y: score, template: scatter}"
    echo "- counted.csv: {y: score, template: scatter}"
} >dvc.yaml
cat >draw.py <<'PYTHON'
"""Print what is drawn on the axis that does not show the score."""

import json
import re
import sys

import vl_convert

shown = json.load(sys.stdin)
assert not shown.get("errors")
for name in ("file", "filename", "field", "rev", "named", "counted"):
    svg = vl_convert.vegalite_to_svg(shown["data"][f"{name}.csv"][0]["content"])
    axis = "step" if name in ("named", "counted") else name
    labels = re.findall(r'aria-label="([^"]*)" role="graphics-symbol"', svg)
    places = [re.search(rf"\b{axis}: ([^;]*)", label).group(1) for label in labels]
    title = {"named": "x: step, y: score", "counted": "y: score"}.get(name, f"x: score, y: {name}")
    print(f"{title:22}", ", ".join(places))
PYTHON
dvc plots show --json 2>"$folder/log" | python draw.py | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
x: score, y: file      a.jpg, b.jpg
x: score, y: filename  undefined, undefined
x: score, y: field     undefined, undefined
x: score, y: rev       workspace, workspace
x: step, y: score      100, 200
y: score               0, 1
SEEN
[ ! -s "$folder/log" ]
