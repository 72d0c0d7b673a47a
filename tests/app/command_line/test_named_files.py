import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest

from app.command_line.named_files import NotReadable, content_of, in_json, name_in, pictures_of
from tests.conftest import picture_bytes, without_privileges


def test_a_picture_in_a_folder_that_may_not_be_opened_is_named_with_the_reason():
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "closed").mkdir()
        path = folder / "closed" / "a.png"
        path.write_bytes(picture_bytes(kind="PNG"))
        folder.chmod(0o755)
        (folder / "closed").chmod(0)
        with without_privileges():
            assert list(pictures_of([str(path)])) == [path] and list(pictures_of([name])) == [folder / "closed"]
            for one in (path, folder / "closed"):
                with pytest.raises(NotReadable, match=r"^Permission denied\.$"):
                    content_of(one)


INNER = ["in/b.png", "in/back", "in/deeper/c.png"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**", ["a.png", "around", *INNER]),
        ("**/*", ["a.png", "around", *INNER]),
        ("in/**", INNER),
        ("**/*.png", ["a.png", "in/b.png", "in/deeper/c.png"]),
        ("**/deeper", ["in/deeper/c.png"]),
        ("**/back", ["in/back"]),
        (".hidden/**", [".hidden/d.png"]),
        ("*/b.png", ["around/b.png", "in/b.png"]),
    ],
)
def test_a_pattern_names_each_file_once_whatever_links_are_there(tmp_path, pattern, found):
    for folder in ("in/deeper", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("a.png", "in/b.png", "in/deeper/c.png", ".hidden/d.png"):
        (tmp_path / name).touch()
    (tmp_path / "around").symlink_to("in")
    (tmp_path / "in" / "back").symlink_to(".")
    assert list(pictures_of([f"{tmp_path}/{pattern}"])) == [tmp_path / name for name in found]


@pytest.mark.parametrize(
    "name", [b"a.png", "ü\N{REPLACEMENT CHARACTER}.png".encode(), b"\xff.png", b"\\xff.png", b"\xed\xb3\xbf"]
)
def test_any_name_is_known_again_from_valid_json(name):
    found = in_json(os.fsdecode(name))
    assert orjson.loads(json.dumps(found)) == found and os.fsencode(name_in(found)) == name
    assert ("file_base64" in found) == (os.fsdecode(name) != found["file"])


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + "*.png", "/etc/passwd/a.png"])
def test_a_name_that_the_system_refuses_is_named_with_the_reason(name):
    [path] = pictures_of([name])
    with pytest.raises(NotReadable, match=r"^(File name too long|Not a directory)\.$"):
        content_of(Path(path))
