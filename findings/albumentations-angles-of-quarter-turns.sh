#!/usr/bin/env bash
# Keypoints with an angle, turned by 90 degrees with albumentations' Rotate and with its RandomRotate90.
#
# Versions: albumentations 2.0.8, opencv-python-headless 5.0.0.93, numpy 2.4.6.
# Behaviour: its documentation says that keypoint angles are counter-clockwise. Rotate, SafeRotate, Affine and mirrors
# keep to this. RandomRotate90, D4 and SquareSymmetry turn the angle the other way where they turn the picture by a
# quarter, and so does Transpose: the keypoint is in the right place and points backwards. Half a turn is right. Nothing
# warns. An old report, albumentations issue 720, has the same two kinds at odds, and takes Rotate for the wrong one.
# It matters to parts that have a direction, photographed from above, which have no upright: half of the labels are
# wrong by 180 degrees, depending on the turn.
# Seen, for an arrow at 30 degrees, the angle in the new picture and the one reported:
#   Rotate, a quarter              120  120
#   Affine, a quarter              120  120
#   HorizontalFlip                 150  150
#   RandomRotate90, a quarter      120  300
#   RandomRotate90, half a turn    210  210
#   RandomRotate90, three quarters 300  120
#   Transpose                      240  60
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q albumentations==2.0.8 opencv-python-headless==5.0.0.93 numpy==2.4.6
NO_ALBUMENTATIONS_UPDATE=1 "$folder/venv/bin/python" - <<'PYTHON' | tee "$folder/seen"
import albumentations as A
import numpy as np

picture = np.zeros((101, 101, 3), np.uint8)
picture[50, 50, 0] = picture[35, 76, 1] = 255  # from the middle, 26 to the right and 15 up: 30 degrees


def place(channel):
    """The column and row of the brightest pixel."""
    return np.array(np.unravel_index(channel.argmax(), channel.shape))[::-1]


def turned(transform, seed=0):
    """The new picture, the arrow's angle in it, and the angle that is reported."""
    keypoints = A.KeypointParams("xya", label_fields=None)
    result = A.Compose([transform], keypoint_params=keypoints, seed=seed)(image=picture, keypoints=[(50, 50, 30)])
    right, down = place(result["image"][..., 1]) - place(result["image"][..., 0])
    return result["image"], round(np.degrees(np.arctan2(-down, right)) % 360), round(result["keypoints"][0][2])


def show(name, transform):
    print(f"{name:30} {turned(transform)[1]:3}  {turned(transform)[2]}")


def show_turns(name, quarters):
    """Takes the first seed that turns the picture by so many quarters."""
    results = (turned(A.RandomRotate90(p=1), seed) for seed in range(100))
    _, angle, reported = next(result for result in results if np.array_equal(result[0], np.rot90(picture, quarters)))
    print(f"{name:30} {angle:3}  {reported}")


show("Rotate, a quarter", A.Rotate((90, 90), p=1))
show("Affine, a quarter", A.Affine(rotate=(90, 90), p=1))
show("HorizontalFlip", A.HorizontalFlip(p=1))
show_turns("RandomRotate90, a quarter", 1)
show_turns("RandomRotate90, half a turn", 2)
show_turns("RandomRotate90, three quarters", 3)
show("Transpose", A.Transpose(p=1))
PYTHON
diff "$folder/seen" - <<'SEEN'
Rotate, a quarter              120  120
Affine, a quarter              120  120
HorizontalFlip                 150  150
RandomRotate90, a quarter      120  300
RandomRotate90, half a turn    210  210
RandomRotate90, three quarters 300  120
Transpose                      240  60
SEEN
