#!/usr/bin/env bash
# A model with direct colours and with faces of the edge colour, from LDraw to glTF.
#
# Version: ldraw2mesh 0.1.1.
# Behaviour: LDraw's file format lets a line name its colour as 0x2RRGGBB. ldraw2mesh reads such colours, finds none in
# the library's list, and paints them all the same grey, with half of the light. Nothing warns. It takes 24, a part's
# edge colour, for an entry of the list too, where the format has it depend on the part's own colour: it is the same
# grey for red parts and for black ones.
# It matters to printed parts, stickers and imported logos, whose colours are direct ones: all is of one grey.
# Seen, the colour in the file, and that of the material, in linear light:
#   4          named Red, 0.46 0.00 0.00
#   0x2B40000  named ldraw_color_45350912, 0.50 0.50 0.50
#   0x200852B  named ldraw_color_33588523, 0.50 0.50 0.50
#   0x2FFFFFF  named ldraw_color_50331647, 0.50 0.50 0.50
#   edge of 4  named Edge_Colour, 0.21 0.21 0.21
#   edge of 0  named Edge_Colour, 0.21 0.21 0.21
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ldraw2mesh==0.1.1 numpy==2.4.6 pygltflib==1.16.5
mkdir -p "$folder"/library/{parts,p}
cat >"$folder/library/LDConfig.ldr" <<'LDRAW'
0 LDraw.org Configuration File
0 !COLOUR Black CODE 0 VALUE #1B2A34 EDGE #808080
0 !COLOUR Red CODE 4 VALUE #B40000 EDGE #FF8A8A
0 !COLOUR Main_Colour CODE 16 VALUE #FFFF80 EDGE #333333
0 !COLOUR Edge_Colour CODE 24 VALUE #7F7F7F EDGE #333333
LDRAW
for colour in 16 24; do
    cat >"$folder/library/parts/plate$colour.dat" <<LDRAW
0 Plate
0 !LDRAW_ORG Unofficial_Part
0 BFC CERTIFY CCW
4 $colour 0 0 0 20 0 0 20 20 0 0 20 0
LDRAW
done
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import json
from pathlib import Path

import ldraw2mesh


def convert(name, colour, part):
    Path("model.ldr").write_text(f"0 Model\n1 {colour} 0 0 0 1 0 0 0 1 0 0 0 1 {part}.dat\n")
    ldraw2mesh.convert("model.ldr", "model.gltf", ldraw_library="library")
    (material,) = json.loads(Path("model.gltf").read_text())["materials"]
    red, green, blue, _ = material["pbrMetallicRoughness"]["baseColorFactor"]
    print(f"{name:10} named {material['name']}, {red:.2f} {green:.2f} {blue:.2f}")


for colour in ("4", "0x2B40000", "0x200852B", "0x2FFFFFF"):
    convert(colour, colour, "plate16")
for colour in ("4", "0"):
    convert(f"edge of {colour}", colour, "plate24")
PYTHON
diff "$folder/seen" - <<'SEEN'
4          named Red, 0.46 0.00 0.00
0x2B40000  named ldraw_color_45350912, 0.50 0.50 0.50
0x200852B  named ldraw_color_33588523, 0.50 0.50 0.50
0x2FFFFFF  named ldraw_color_50331647, 0.50 0.50 0.50
edge of 4  named Edge_Colour, 0.21 0.21 0.21
edge of 0  named Edge_Colour, 0.21 0.21 0.21
SEEN
