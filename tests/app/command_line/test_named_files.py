from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.command_line.named_files import NotReadable, content_of, pictures_of
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


@pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + "*.png", "/etc/passwd/a.png"])
def test_a_name_that_the_system_refuses_is_named_with_the_reason(name):
    [path] = pictures_of([name])
    with pytest.raises(NotReadable, match=r"^(File name too long|Not a directory)\.$"):
        content_of(Path(path))
