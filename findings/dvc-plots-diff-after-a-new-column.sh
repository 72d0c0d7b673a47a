#!/usr/bin/env bash
# `dvc plots diff` after a column was added at the end of a CSV file, or its column renamed.
#
# Versions: dvc 3.67.1, vl-convert-python 1.9.0.post1 to draw what it writes.
# Behaviour: where no column is named, DVC draws the last one, as it documents. It takes that of the first revision for
# all of them. Of a revision without it nothing is drawn but its name in the legend, although both have a column in
# common. Nothing warns, and `errors` is empty.
# It matters to whoever logs one figure more, such as the learning rate: the run to compare with is gone. With the
# column named in dvc.yaml, both are drawn.
# Seen, how many values of each revision are drawn:
#   the same columns             workspace 2, HEAD 2
#   a column more                workspace 2, HEAD 0
#   a column more, y: accuracy   workspace 2, HEAD 2
#   the column renamed           workspace 2, HEAD 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q dvc==3.67.1 vl-convert-python==1.9.0.post1
export PATH="$folder/venv/bin:$PATH" HOME="$folder" DVC_NO_ANALYTICS=1
git config --global user.name Nobody
git config --global user.email nobody@example.org
mkdir "$folder/project"
cd "$folder/project"
cat >"$folder/count.py" <<'PYTHON'
"""Print how many points of each revision the plot has."""

import json
import re
import sys

import vl_convert

output = json.load(sys.stdin)
assert not output.get("errors")
svg = vl_convert.vegalite_to_svg(output["data"]["curve.csv"][0]["content"])
points = re.findall(r'aria-label="epoch: \d; \w+: ([\d.]+); rev: (\w+)" [^>]* aria-roledescription="point"', svg)
counts = {revision: sum(of == revision for _, of in points) for revision in ("workspace", "HEAD")}
print(f"{sys.argv[1]:28}", ", ".join(f"{revision} {count}" for revision, count in counts.items()))
PYTHON
exec 3>&1 >"$folder/log" 2>&1
git init -q
dvc init -q
printf 'epoch,accuracy\n0,0.1\n1,0.2\n' >curve.csv

# use AXES: have the points of curve.csv drawn along them.
use() { printf 'plots:\n- curve.csv: {template: scatter%s}\n' "$1" >dvc.yaml; }
count() { dvc plots diff --json 2>>"$folder/log" | python "$folder/count.py" "$1" | tee -a "$folder/seen" >&3; }

use ", x: epoch"
git add -A
git commit -qm "A run"
printf 'epoch,accuracy\n0,0.3\n1,0.4\n' >curve.csv
count "the same columns"
printf 'epoch,accuracy,rate\n0,0.3,5\n1,0.4,6\n' >curve.csv
count "a column more"
use ", x: epoch, y: accuracy"
count "a column more, y: accuracy"
use ", x: epoch"
printf 'epoch,acc\n0,0.3\n1,0.4\n' >curve.csv
count "the column renamed"
diff "$folder/seen" - >&3 <<'SEEN'
the same columns             workspace 2, HEAD 2
a column more                workspace 2, HEAD 0
a column more, y: accuracy   workspace 2, HEAD 2
the column renamed           workspace 2, HEAD 0
SEEN
