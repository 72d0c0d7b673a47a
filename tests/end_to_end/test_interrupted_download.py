"""`kill -9` in the middle of download, at several moments, then `dvc repro`."""

import os
import signal
import subprocess

import pytest

from tests.end_to_end.catalogue import CountedCatalogue, counted_catalogue
from tests.end_to_end.project import ProjectCopy

SETS = 40
CONNECTIONS = 4
MOMENTS = [1, 12, 30]
RESULT = ("data/thumbnails", "data/thumbnails.csv", "data/raw/sets.json")


def copy_with_source(folder, catalogue: CountedCatalogue) -> ProjectCopy:
    project = ProjectCopy.made_in(folder)
    changes = {"fetch.source": "here", "sources.here": catalogue.source, "fetch.limit": SETS}
    project.edit({**changes, "download.connections": CONNECTIONS})
    return project


def repro_until_killed(project: ProjectCopy, catalogue: CountedCatalogue, pictures: int) -> None:
    """Run `dvc repro download` and kill all its processes after this many pictures were requested."""
    running = subprocess.Popen(
        ["dvc", "repro", "download"],
        cwd=project.folder,
        env=project.environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def kill_at_the_moment() -> None:
        if catalogue.pictures_requested.total() >= pictures:
            os.killpg(running.pid, signal.SIGKILL)
            catalogue.watch = lambda: None

    catalogue.watch = kill_at_the_moment
    assert running.wait(120) == -signal.SIGKILL


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with counted_catalogue() as catalogue:
        project = copy_with_source(tmp_path_factory.mktemp("undisturbed"), catalogue)
        project.dvc("repro", "download")
        yield catalogue, project.contents(*RESULT)


def without_port(contents: dict[str, bytes], catalogue: CountedCatalogue) -> dict[str, bytes]:
    """Return the files with the catalogue's address, in which two runs differ, left out.

    The port alone would not do: its five digits also occur in some digest, once in forty runs.
    """
    address = f"127.0.0.1:{catalogue.server_port}".encode()
    return {path: content.replace(address, b"ADDRESS") for path, content in contents.items()}


def test_it_goes_on_where_it_was_and_ends_with_the_same_bytes(tmp_path, undisturbed):
    with counted_catalogue() as catalogue:
        project = copy_with_source(tmp_path, catalogue)
        for moment in MOMENTS:
            repro_until_killed(project, catalogue, moment)
        project.dvc("repro", "download")
        same_catalogue, result = undisturbed
        assert without_port(project.contents(*RESULT), catalogue) == without_port(result, same_catalogue)
        # Only requests that a kill interrupted are repeated.
        again = catalogue.pictures_requested.total() - same_catalogue.pictures_requested.total()
        assert 0 < again <= CONNECTIONS * len(MOMENTS)
        assert catalogue.requests["/api/sets/export"] == 1
