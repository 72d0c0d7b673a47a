"""Pushing to S3 and to SSH, `kill -9` in the middle of it, and a clone that pulls."""

import itertools
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import picture_bytes
from tests.end_to_end.project import QUICK, ProjectCopy, stages_run
from tests.end_to_end.remotes import Remote, s3_remote, ssh_remote

PHOTOS = {f"data/photos/minifig/{number}.jpg": picture_bytes(number) for number in range(3)}
UPLOADS_BEFORE_THE_KILL = 20


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy with own photos, in which the stages up to resize, the one that reads photos, have run."""
    project = ProjectCopy.made_in(tmp_path_factory.mktemp("project"))
    stages = yaml.safe_load(project.read("dvc.yaml"))["stages"]
    kept = dict(itertools.islice(stages.items(), [*stages].index("resize") + 1))
    (project.folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": kept}), encoding="utf-8")
    (project.folder / "dvc.lock").unlink()
    project.edit(QUICK)
    add_photos(project)
    project.dvc("repro")
    project.commit("Reproduce")
    return project


def add_photos(project: ProjectCopy) -> None:
    """Let DVC track a folder of photos."""
    project.run("git", "rm", "-rq", "--ignore-unmatch", "data/photos")
    for name, content in PHOTOS.items():
        (project.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (project.folder / name).write_bytes(content)
    project.dvc("add", "data/photos")


@pytest.fixture(scope="module", params=["s3", "ssh"])
def remote(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with s3_remote() if request.param == "s3" else ssh_remote(tmp_path_factory.mktemp("ssh")) as running:
        yield running


@pytest.fixture(scope="module")
def pushed(remote: Remote, finished: ProjectCopy, tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy whose push was killed, and then repeated."""
    project = finished.copied_to(tmp_path_factory.mktemp("pushed") / "project")
    project.dvc("remote", "add", "--default", "storage", remote.url)
    for name, value in remote.options.items():
        project.dvc("remote", "modify", "storage", name, value)
    project.commit("Add a remote")
    push_until_killed(project, remote)
    missing = json.loads(project.dvc("status", "--cloud", "--json"))
    assert missing and {*missing.values()} == {"new"}
    project.dvc("push")
    return project


def push_until_killed(project: ProjectCopy, remote: Remote) -> None:
    """Run `dvc push` and kill it as one of its uploads begins."""
    running = subprocess.Popen(["dvc", "push"], cwd=project.folder, env=project.environment, start_new_session=True)
    uploads = itertools.count(1)

    def kill_at_the_moment() -> None:
        if next(uploads) == UPLOADS_BEFORE_THE_KILL:
            os.killpg(running.pid, signal.SIGKILL)

    remote.on_upload = kill_at_the_moment
    assert running.wait(60) == -signal.SIGKILL


@pytest.fixture
def clone(pushed: ProjectCopy, tmp_path: Path) -> ProjectCopy:
    pushed.run("git", "clone", "-q", ".", str(tmp_path / "clone"))
    return ProjectCopy(tmp_path / "clone")


def test_a_push_that_was_killed_is_completed_by_the_next(pushed):
    assert json.loads(pushed.dvc("status", "--cloud", "--json")) == {}
    assert "Everything is up to date" in pushed.dvc("push")


def test_a_clone_that_has_pulled_has_nothing_left_to_run(pushed, clone):
    clone.dvc("pull")
    made = ("data/raw", "data/thumbnails", "data/shards", "data/photo_shards", "data/dataset.csv")
    assert clone.contents(*made) == pushed.contents(*made)
    assert clone.stages_out_of_date() == []
    assert stages_run(clone.dvc("repro")) == []
    assert clone.run("git", "status", "--porcelain") == ""


def test_own_photos_travel_too_and_a_new_one_affects_the_stage_that_reads_them(pushed, clone):
    clone.dvc("pull", "data/photos")
    assert clone.contents("data/photos") == PHOTOS
    (clone.folder / "data" / "photos" / "minifig" / "new.jpg").write_bytes(picture_bytes(7))
    clone.dvc("add", "data/photos")
    clone.dvc("push", "data/photos")
    clone.commit("Add a photo")
    pushed.run("git", "pull", "-q", str(clone.folder), "HEAD")
    pushed.dvc("pull", "data/photos")
    assert (pushed.folder / "data" / "photos" / "minifig" / "new.jpg").read_bytes() == picture_bytes(7)
    assert pushed.stages_out_of_date() == ["resize"]
