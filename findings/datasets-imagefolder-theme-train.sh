#!/usr/bin/env bash
# `load_dataset("imagefolder")` of a folder for each theme, one of which is "train-9v".
#
# Versions: datasets 5.2.0, pillow 13.0.0.
# Behaviour: it looks for the names of splits as words in the paths below that folder. If one path has such a word, only
# paths that have one are loaded. All other pictures and labels are left out, without a warning. Of two themes of trains
# and two others, those of trains are left; a test track makes a test split. One picture named 7938-train-1.png is
# enough: it is all that is loaded, without a label. With a capital, as in Train-9V, all is loaded.
# It matters to LEGO pictures, since Train is a theme, and to whoever names files by what they show.
# Seen, how many of 4 pictures are loaded:
#   castle city space pirates      4: train 4 (castle city pirates space)
#   castle my-train space train-9v 2: train 2 (my-train train-9v)
#   Castle My-Train Space Train-9V 4: train 4 (Castle My-Train Space Train-9V)
#   castle city space test-track   1: test 1 (no labels)
#   castle city space, one named   1: train 1 (no labels)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q datasets==5.2.0 pillow==13.0.0
cat >"$folder/load.py" <<'PYTHON'
import sys
from pathlib import Path

import datasets
from PIL import Image

FOLDER = Path(sys.argv[1])
datasets.disable_progress_bars()


def pictures(number, files):
    """A folder of pictures with these names."""
    for file in files:
        path = FOLDER / str(number) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(path)
    return str(FOLDER / str(number))


def loaded(path):
    splits = datasets.load_dataset("imagefolder", data_dir=path)
    label = next(iter(splits.values())).features.get("label")
    names = " ".join(label.names) if label else "no labels"
    counts = " ".join(f"{name} {len(split)}" for name, split in splits.items())
    return f"{sum(map(len, splits.values()))}: {counts} ({names})"


CASES = {
    "castle city space pirates": ["castle/1.png", "city/2.png", "space/3.png", "pirates/4.png"],
    "castle my-train space train-9v": ["castle/1.png", "my-train/2.png", "space/3.png", "train-9v/4.png"],
    "Castle My-Train Space Train-9V": ["Castle/1.png", "My-Train/2.png", "Space/3.png", "Train-9V/4.png"],
    "castle city space test-track": ["castle/1.png", "city/2.png", "space/3.png", "test-track/4.png"],
    "castle city space, one named": ["castle/1.png", "city/2.png", "space/3.png", "city/7938-train-1.png"],
}
for number, (name, files) in enumerate(CASES.items()):
    print(f"{name:30} {loaded(pictures(number, files))}")
PYTHON
export HF_HOME="$folder/cache" HF_HUB_OFFLINE=1
"$folder/venv/bin/python" "$folder/load.py" "$folder/pictures" 2>"$folder/log" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
castle city space pirates      4: train 4 (castle city pirates space)
castle my-train space train-9v 2: train 2 (my-train train-9v)
Castle My-Train Space Train-9V 4: train 4 (Castle My-Train Space Train-9V)
castle city space test-track   1: test 1 (no labels)
castle city space, one named   1: train 1 (no labels)
SEEN
! grep -i warn "$folder/log"
