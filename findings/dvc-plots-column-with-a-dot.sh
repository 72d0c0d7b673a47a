#!/usr/bin/env bash
# `dvc plots show` of a column whose name has a dot.
#
# Versions: dvc 3.67.1, vl-convert-python 1.9.0.post1 to draw what it writes.
# Behaviour: DVC puts the name into Vega's `field` as it is. Vega takes a dot for the way into a nested object, and
# finds none. So the templates `simple` and `scatter` show nothing, and `linear`, the default, only the faint line
# behind the missing one. Nothing warns. Vega would take the name with a backslash before the dot, but DVC then finds no
# such column.
# It matters to names like `f1.macro`, as nested metrics have them: the run looks as if it had no results.
# Seen:
#   linear f1_macro: 2 lines or points, 1 of them faint
#   linear f1.macro: 1 lines or points, 1 of them faint
#   simple f1_macro: 1 lines or points, 0 of them faint
#   simple f1.macro: 0 lines or points, 0 of them faint
#   scatter f1_macro: 3 lines or points, 0 of them faint
#   scatter f1.macro: 0 lines or points, 0 of them faint
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
exec 3>&1 >"$folder/log" 2>&1
git init -q
dvc init -q
printf '%s\n' 'step,f1_macro,f1.macro' 0,1,1 1,5,5 2,7,7 >history.csv
{
    echo plots:
    for template in linear simple scatter; do
        for column in f1_macro f1.macro; do
            echo "- $template $column: {template: $template, x: step, y: {history.csv: $column}}"
        done
    done
} >dvc.yaml
dvc plots show --json >plots.json
python - <<'PYTHON' | tee "$folder/seen" >&3
import json
import re

import vl_convert

MARK = r'<path [^>]*aria-roledescription="(?:line mark|point)"[^>]* d="[^>]*'
for name, (plot,) in json.load(open("plots.json"))["data"].items():
    content = plot["content"] if isinstance(plot["content"], dict) else json.loads(plot["content"])
    marks = re.findall(MARK, vl_convert.vegalite_to_svg(content))
    faint = sum('opacity="0.2"' in mark for mark in marks)
    print(f"{name}: {len(marks)} lines or points, {faint} of them faint")
PYTHON
diff "$folder/seen" - >&3 <<'SEEN'
linear f1_macro: 2 lines or points, 1 of them faint
linear f1.macro: 1 lines or points, 1 of them faint
simple f1_macro: 1 lines or points, 0 of them faint
simple f1.macro: 0 lines or points, 0 of them faint
scatter f1_macro: 3 lines or points, 0 of them faint
scatter f1.macro: 0 lines or points, 0 of them faint
SEEN
