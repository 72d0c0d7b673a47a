import subprocess
import sys

from tests.conftest import PROJECT
from themer.pictures.folders import visible

# As their makers spell them.
LEFT_BEHIND = [
    "$RECYCLE.BIN",
    ".DS_Store",
    ".Spotlight-V100",
    "._IMG_1.jpg",
    "@eaDir",
    "System Volume Information",
    "Thumbs.db",
    "__MACOSX",
    "desktop.ini",
    "ehthumbs.db",
    "ehthumbs_vista.db",
    "lost+found",
    "Picasa.ini",
]


def test_what_other_software_leaves_behind_is_not_visible(tmp_path):
    for name in [*LEFT_BEHIND, "b.jpg", "a", "desktop.ini.jpg"]:
        (tmp_path / name).touch()
    assert [path.name for path in visible(tmp_path)] == ["a", "b.jpg", "desktop.ini.jpg"]


def test_dvc_ignores_the_same_among_the_photos():
    names = [f"data/photos/{place}{name}" for name in [*LEFT_BEHIND, "desktop.ini.jpg"] for place in ("", "minifig/")]
    command = [sys.executable, "-m", "dvc", "check-ignore", *names]
    ignored = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert ignored == names[:-2]
