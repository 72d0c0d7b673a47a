#!/usr/bin/env bash
# `dvc plots show` of a JSON list whose first row lacks a key that a later row has.
#
# Version: dvc 3.67.1.
# Behaviour: DVC takes a list for rows only if the first one has the keys of all. Otherwise it finds no rows, and
# `dvc plots show` warns "argument of type 'nonetype' is not iterable", names neither the file nor the key, leaves the
# plot out and succeeds. The key need not be drawn. If a row after the first lacks it, all rows are drawn.
# It matters to logs of runs that validate every few epochs: the first row has no validation yet.
# Seen, the rows that are drawn of a file whose `loss` is in every row:
#   no other key        3 rows
#   val in rows 1 and 3 3 rows
#   val in rows 2 and 3 0 rows, TypeError
#   dvc plots show: exit code 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
mkdir "$folder/project"
cd "$folder/project"
git init -q
dvc init -q
one='{"epoch": 1, "loss": 0.9}' two='{"epoch": 2, "loss": 0.5}' three='{"epoch": 3, "loss": 0.3}'
echo "[$one, $two, $three]" >none.json
echo "[${one/\}/, \"val\": 0.8\}}, $two, ${three/\}/, \"val\": 0.6\}}]" >early.json
echo "[$one, ${two/\}/, \"val\": 0.7\}}, ${three/\}/, \"val\": 0.6\}}]" >late.json
{
    echo "plots:"
    for name in none early late; do echo "- $name.json: {x: epoch, y: loss}"; done
} >dvc.yaml
cat >rows.py <<'PYTHON'
"""Print how many rows of each file DVC hands to Vega, and the errors that it reports."""

import json
import sys

shown = json.load(sys.stdin)
errors = {error["name"]: f", {error['type']}" for error in shown.get("errors", [])}
for file, name in {"none": "no other key", "early": "val in rows 1 and 3", "late": "val in rows 2 and 3"}.items():
    plots = shown["data"].get(f"{file}.json", [])
    rows = sum(len(plot["content"]["data"]["values"]) for plot in plots)
    print(f"{name:19} {rows} rows{errors.get(f'{file}.json', '')}")
PYTHON
{
    dvc plots show --json 2>"$folder/log" | python rows.py
    dvc plots show >>"$folder/log" 2>&1 && code=0 || code=$?
    echo "dvc plots show: exit code $code"
} | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
no other key        3 rows
val in rows 1 and 3 3 rows
val in rows 2 and 3 0 rows, TypeError
dvc plots show: exit code 0
SEEN
grep -q "'nonetype' is not" "$folder/log"
! grep -q 'late.json' "$folder/log"
