#!/usr/bin/env bash
# A part without a BFC statement, from LDraw to glTF.
#
# Version: ldraw2mesh 0.1.1.
# Behaviour: LDraw's language extension for back face culling says that a file without a BFC statement is not certified:
# its faces may be wound either way, and both sides are drawn. The same holds for NOCERTIFY and after NOCLIP. ldraw2mesh
# writes each face once, with a material that is not double-sided, as if all were certified and wound anticlockwise.
# glTF culls the back of such faces. So a face that is wound the other way is seen from behind only. Nothing warns.
# It matters to old and unofficial parts: pictures of the converted models have holes.
# Seen, the sides of a plate that are drawn, for its two windings; the front is that of +z:
#   CERTIFY CCW   front   back
#   CERTIFY CW    back    front
#   no statement  front   back
#   NOCERTIFY     front   back
#   NOCLIP        front   back
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q ldraw2mesh==0.1.1 numpy==2.4.6 pygltflib==1.16.5
mkdir -p "$folder"/library/{parts,p}
cat >"$folder/library/LDConfig.ldr" <<'LDRAW'
0 LDraw.org Configuration File
0 !COLOUR Red CODE 4 VALUE #B40000 EDGE #FF8A8A
LDRAW
echo "1 4 0 0 0 1 0 0 0 1 0 0 0 1 plate.dat" >"$folder/model.ldr"
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
from pathlib import Path

import ldraw2mesh
import numpy as np
import pygltflib

WINDINGS = ("0 0 0 20 0 0 20 20 0 0 20 0", "0 0 0 0 20 0 20 20 0 20 0 0")


def sides(statements, corners):
    """The sides of the plate whose faces glTF draws: each face once, or both if its material is double-sided."""
    header = "".join(f"0 BFC {statement}\n" for statement in statements)
    Path("library/parts/plate.dat").write_text(f"0 Plate\n0 !LDRAW_ORG Unofficial_Part\n{header}4 16 {corners}\n")
    ldraw2mesh.convert("model.ldr", "model.glb", ldraw_library="library")
    gltf = pygltflib.GLTF2().load("model.glb")
    (mesh,), (material,) = gltf.meshes, gltf.materials
    points, order = (values(gltf, i) for i in (mesh.primitives[0].attributes.POSITION, mesh.primitives[0].indices))
    a, b, c = points.reshape(-1, 3)[order].reshape(-1, 3, 3).swapaxes(0, 1)
    seen = set(np.where(np.cross(b - a, c - a)[:, 2] > 0, "front", "back"))
    return "both" if material.doubleSided or len(seen) == 2 else seen.pop()


def values(gltf, number):
    accessor = gltf.accessors[number]
    view = gltf.bufferViews[accessor.bufferView]
    kind, each = (np.float32, 3) if accessor.type == "VEC3" else (np.uint32, 1)
    return np.frombuffer(gltf.binary_blob(), kind, accessor.count * each, view.byteOffset or 0)


CASES = {
    "CERTIFY CCW": ["CERTIFY CCW"],
    "CERTIFY CW": ["CERTIFY CW"],
    "no statement": [],
    "NOCERTIFY": ["NOCERTIFY"],
    "NOCLIP": ["CERTIFY CCW", "NOCLIP"],
}
for name, statements in CASES.items():
    print(f"{name:13} " + "   ".join(sides(statements, corners) for corners in WINDINGS))
PYTHON
diff "$folder/seen" - <<'SEEN'
CERTIFY CCW   front   back
CERTIFY CW    back   front
no statement  front   back
NOCERTIFY     front   back
NOCLIP        front   back
SEEN
