"""`kill -9` in the middle of download, at several moments, then `dvc repro`."""

import signal
import subprocess
import sys

import pytest

from tests.end_to_end.catalogue import CountedCatalogue, counted_catalogue, run_until_killed, serving, without_port
from tests.end_to_end.faulty_catalogue import FaultyCatalogue
from tests.end_to_end.project import ProjectCopy

SETS = 40
CONNECTIONS = 4
MOMENTS = [1, 12, 30]
# Fewer than the requests for pictures, so that each comes.
FAULTY_MOMENTS = range(10, SETS, 10)
RESULT = ("data/thumbnails", "data/thumbnails.csv", "data/raw/sets.json")


def copy_with_source(folder, catalogue: CountedCatalogue) -> ProjectCopy:
    project = ProjectCopy.made_in(folder)
    changes = {"fetch.source": "here", "sources.here": catalogue.source, "fetch.limit": SETS}
    project.edit({**changes, "download.connections": CONNECTIONS})
    return project


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    with counted_catalogue() as catalogue:
        project = copy_with_source(tmp_path_factory.mktemp("undisturbed"), catalogue)
        project.repro("download")
        yield catalogue, project.contents(*RESULT)


def test_it_goes_on_where_it_was_and_ends_with_the_same_bytes(tmp_path, undisturbed):
    with counted_catalogue() as catalogue:
        project = copy_with_source(tmp_path, catalogue)
        for moment in MOMENTS:
            assert run_until_killed(project, catalogue, moment, "dvc", "repro", "download") == -signal.SIGKILL
        project.repro("download")
        same_catalogue, result = undisturbed
        assert without_port(project.contents(*RESULT), catalogue) == without_port(result, same_catalogue)
        # Only requests that a kill interrupted are repeated.
        again = catalogue.pictures_requested.total() - same_catalogue.pictures_requested.total()
        assert 0 < again <= CONNECTIONS * len(MOMENTS)
        assert catalogue.requests["/api/sets/export"] == 1


def test_through_faults_and_kills_every_picture_arrives_and_none_is_asked_for_again(tmp_path, undisturbed):
    with FaultyCatalogue(share=0.3, seed=1) as catalogue, serving(catalogue):
        project = copy_with_source(tmp_path, catalogue)
        project.edit({"download.read_timeout_seconds": 1, "download.retries": 6})
        fetching, downloading = ([sys.executable, "-m", f"stages.{stage}"] for stage in ("fetch", "download"))
        run_until_done(project, *fetching)
        for moment in FAULTY_MOMENTS:
            assert run_until_killed(project, catalogue, moment, *downloading) == -signal.SIGKILL
        run_until_done(project, *downloading)
        same_catalogue, result = undisturbed
        assert without_port(project.contents(*RESULT), catalogue) == without_port(result, same_catalogue)
        again = catalogue.pictures_requested - same_catalogue.pictures_requested
        assert again.total() <= CONNECTIONS * len(FAULTY_MOMENTS) and catalogue.faults.total() > 10


def run_until_done(project: ProjectCopy, *command: str) -> None:
    """Run a stage, again if the faults were too many for it."""
    for _ in range(5):
        if subprocess.run(command, cwd=project.folder, env=project.environment).returncode == 0:
            return
    raise AssertionError(command)
