#!/usr/bin/env bash
# An LDraw model of several submodels, such as "door 1.1.ldr" and "door 1.2.ldr", for OpenSCAD.
#
# Versions: ldraw-to-scad 0.5.0, importlib-resources 7.1.0, which it needs and does not declare.
# Behaviour: it writes a function for each submodel, and takes for its name what is before the first dot, with
# underscores for blanks, dashes, + and #. So submodels whose names differ after a dot, or in these characters, become
# functions of one name, defined twice, and all places call it: each shows the same submodel. Other characters that
# OpenSCAD has in no name, such as brackets, stay in it. Nothing warns. LDraw's format for several files in one (MPD)
# lets a name have all of these.
# It matters to models with numbered or dated submodels, and to those that editors name, such as "door (2).ldr".
# Seen, for two submodels, the names of the functions that are called and how often each is defined:
#   door a.ldr, door b.ldr         door_a 1 time, door_b 1 time
#   door 1.1.ldr, door 1.2.ldr     door_1 2 times, door_1 2 times
#   door-left.ldr, door left.ldr   door_left 2 times, door_left 2 times
#   door (1).ldr, door (2).ldr     door_(1) 1 time, door_(2) 1 time
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ldraw-to-scad==0.5.0 importlib-resources==7.1.0
mkdir -p "$folder"/library/{models,parts/s,p/8,p/48}
for side in left right; do
    printf '0 %s\n0 BFC CERTIFY CCW\n4 16 0 0 0 20 0 0 20 20 0 0 20 0\n' $side >"$folder/library/parts/$side.dat"
done
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import re
from pathlib import Path

from ldraw_to_scad.ldrawconverter import LDrawConverter

AT = "0 0 0 1 0 0 0 1 0 0 0 1"


def convert(one, other):
    """Convert a model of two submodels, one with the part `left` and the other with `right`."""
    Path("model.mpd").write_text(
        f"0 FILE model.ldr\n1 4 {AT} {one}\n1 4 {AT} {other}\n"
        f"0 FILE {one}\n1 16 {AT} left.dat\n0 FILE {other}\n1 16 {AT} right.dat\n"
    )
    LDrawConverter("library").convert_file("model.mpd", "model.scad")
    text = Path("model.scad").read_text()
    called = re.findall(r"^  \[1,4,.* ldraw_lib__(\S+)\(\)\]", text, re.MULTILINE)
    defined = [text.count(f"function ldraw_lib__{name}() =") for name in called]
    counts = [f"{name} {n} time{'s' * (n > 1)}" for name, n in zip(called, defined, strict=True)]
    print(f"{one + ', ' + other:30} {', '.join(counts)}")


convert("door a.ldr", "door b.ldr")
convert("door 1.1.ldr", "door 1.2.ldr")
convert("door-left.ldr", "door left.ldr")
convert("door (1).ldr", "door (2).ldr")
PYTHON
diff "$folder/seen" - <<'SEEN'
door a.ldr, door b.ldr         door_a 1 time, door_b 1 time
door 1.1.ldr, door 1.2.ldr     door_1 2 times, door_1 2 times
door-left.ldr, door left.ldr   door_left 2 times, door_left 2 times
door (1).ldr, door (2).ldr     door_(1) 1 time, door_(2) 1 time
SEEN
