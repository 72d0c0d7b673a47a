#!/usr/bin/env bash
# `dvc plots show` of a JSON file with two lists, such as the losses of training and of validation.
#
# Version: dvc 3.67.1.
# Behaviour: DVC lays the lists over each other, row by row. Where both have the same keys, the last list wins as far as
# it goes, and the rest is from the one before. So one curve starts with the validation and ends with the training,
# also where the lists begin at different epochs. Nothing warns, and `errors` is empty. With other keys in each list,
# both curves are whole, but the `x` that they share is that of the last list.
# It matters to histories with a list for each split: the curve falls at the end, as if the model had got better.
# Seen, the points of the curve:
#   train alone             1 0.9, 2 0.5, 3 0.3
#   val alone               1 1.9, 2 1.5
#   both in one file        1 1.9, 2 1.5, 3 0.3
#   val from epoch 2        2 1.9, 3 1.5, 3 0.3
#   other keys, train_loss  2 0.9, 3 0.5, 3 0.3
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
train='[{"epoch": 1, "loss": 0.9}, {"epoch": 2, "loss": 0.5}, {"epoch": 3, "loss": 0.3}]'
val='[{"epoch": 1, "loss": 1.9}, {"epoch": 2, "loss": 1.5}]'
later='[{"epoch": 2, "loss": 1.9}, {"epoch": 3, "loss": 1.5}]'
echo "{\"train\": $train}" >train.json
echo "{\"val\": $val}" >val.json
echo "{\"train\": $train, \"val\": $val}" >both.json
echo "{\"train\": $train, \"val\": $later}" >later.json
echo "{\"train\": ${train//loss/train_loss}, \"val\": ${later//loss/val_loss}}" >keys.json
{
    echo "plots:"
    for name in train val both later; do echo "- $name.json: {x: epoch, y: loss}"; done
    echo "- keys.json: {x: epoch, y: train_loss}"
} >dvc.yaml
cat >points.py <<'PYTHON'
"""Print the points of each curve that DVC hands to Vega."""

import json
import sys

shown = json.load(sys.stdin)
assert not shown.get("errors")
NAMES = {
    "train.json": "train alone",
    "val.json": "val alone",
    "both.json": "both in one file",
    "later.json": "val from epoch 2",
    "keys.json": "other keys, train_loss",
}
for file, name in NAMES.items():
    y = "train_loss" if file == "keys.json" else "loss"
    rows = shown["data"][file][0]["content"]["data"]["values"]
    print(f"{name:23}", ", ".join(f"{row['epoch']} {row[y]}" for row in rows))
PYTHON
dvc plots show --json 2>"$folder/log" | python points.py | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
train alone             1 0.9, 2 0.5, 3 0.3
val alone               1 1.9, 2 1.5
both in one file        1 1.9, 2 1.5, 3 0.3
val from epoch 2        2 1.9, 3 1.5, 3 0.3
other keys, train_loss  2 0.9, 3 0.5, 3 0.3
SEEN
[ ! -s "$folder/log" ]
