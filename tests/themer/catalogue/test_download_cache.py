import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import platformdirs
import pytest

from tests.conftest import without_privileges
from themer.base.errors import UserError
from themer.base.params import Source
from themer.catalogue.download_cache import FOLDER_VARIABLE, DownloadCache, cache_folder, cache_for

A, B = "https://a.example/1.jpg", "https://b.example/1.jpg"


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_is_found_by_its_address(tmp_path):
    DownloadCache(tmp_path).keep(A, b"one", '"tag"')
    kept = DownloadCache(tmp_path).find(A)
    assert (kept.content, kept.etag) == (b"one", '"tag"') and 0 <= kept.age_seconds < 60
    assert DownloadCache(tmp_path).find(B) is None


def test_the_last_content_of_an_address_counts(tmp_path):
    cache = DownloadCache(tmp_path)
    cache.keep(A, b"one")
    cache.keep(A, b"two")
    assert cache.find(A).content == b"two"


def test_the_same_bytes_are_stored_once(tmp_path):
    cache = DownloadCache(tmp_path)
    for address in (A, B):
        cache.keep(address, b"same")
    assert len(files_in(tmp_path / "contents")) == 1


@pytest.mark.parametrize("address", ["", "x" * 5000, "../../etc", "https://x/\ud83d", "https://x/ä b"])
def test_any_text_may_be_an_address(tmp_path, address):
    DownloadCache(tmp_path).keep(address, b"one")
    assert DownloadCache(tmp_path).find(address).content == b"one"


DAMAGES = {
    "gone": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "wrong": lambda path: path.write_bytes(b"[]"),
}


@pytest.mark.parametrize("folder", ["contents", "addresses"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_not_found_and_can_be_kept_again(tmp_path, folder, damage):
    cache = DownloadCache(tmp_path)
    cache.keep(A, b"one")
    [path] = files_in(tmp_path / folder)
    DAMAGES[damage](path)
    assert cache.find(A) is None
    cache.keep(A, b"one")
    assert cache.find(A).content == b"one"


def test_what_was_not_used_for_the_longest_time_is_deleted_beyond_the_bound(tmp_path):
    cache = DownloadCache(tmp_path, maximum_bytes=20)
    for number in range(4):
        cache.keep(str(number), bytes([number]) * 10)
    for age, path in enumerate(files_in(tmp_path / "contents"), start=1):
        os.utime(path, (age, age))
    cache.find("0")
    cache.find("2")
    cache.prune()
    assert [number for number in range(4) if cache.find(str(number))] == [0, 2]


def test_an_empty_cache_can_be_pruned(tmp_path):
    DownloadCache(tmp_path).prune()


def test_threads_may_keep_the_same_bytes_at_once(tmp_path):
    cache = DownloadCache(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: cache.keep(str(number % 3), b"same" * 1000), range(100)))
    assert [path.suffix for path in files_in(tmp_path) if path.suffix == ".part"] == []
    assert cache.find("0").content == b"same" * 1000


def test_the_folder_is_the_systems_or_the_one_that_the_environment_names(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    assert cache_folder() == platformdirs.user_cache_path("lego-themer")


def test_a_folder_that_cannot_be_made_is_an_error_that_says_what_to_do(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=f"file/cache: downloads can't be stored in this folder .*{FOLDER_VARIABLE}"):
        DownloadCache(tmp_path / "file" / "cache")


def test_bytes_that_cannot_be_written_are_an_error_too(tmp_path):
    cache = DownloadCache(tmp_path)
    (tmp_path / "contents").rmdir()
    (tmp_path / "contents").touch()
    with pytest.raises(UserError, match="downloads can't be stored in this folder .Not a directory."):
        cache.keep(A, b"one")


def test_a_source_with_a_command_is_not_cached():
    assert cache_for(Source(command=["python"], rebrickable="{url}")) is None
    assert cache_for(Source(rebrickable="http://127.0.0.1:1")) is not None


@pytest.mark.parametrize("name", ["~nosuchuser/x", "~nosuchuser"])
def test_a_folder_of_an_unknown_user_is_an_error(monkeypatch, name):
    monkeypatch.setenv(FOLDER_VARIABLE, name)
    with pytest.raises(UserError, match=f"{FOLDER_VARIABLE} is '{name}': .* Name a folder that can be written"):
        cache_folder()


def test_a_folder_that_cannot_be_written_is_an_error_before_any_download():
    with TemporaryDirectory() as name:
        folder = Path(name)
        DownloadCache(folder)
        for path in (folder, folder / "contents"):
            path.chmod(0o555)
        with without_privileges(), pytest.raises(UserError, match="downloads can't be stored .*Permission denied."):
            DownloadCache(folder)
