"""`dvc repro` in a copy of the project, on part of the built-in catalogue."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.conftest import picture_bytes
from tests.data_formats import problems_of_project
from tests.end_to_end.catalogue import CountedCatalogue, counted_catalogue
from tests.end_to_end.project import QUICK, ProjectCopy, stages_run
from themer.base.files import write_bytes
from tools.diagram import Needs, dag, needs_of

SERVING = ["export", "evaluate", "report"]
TRAINING = ["train", "cross_validate", *SERVING]
STAGES = ["fetch", "download", "join", "regroup", "resize", "features", *TRAINING]

# Runs a command and all that it starts on one core.
ON_ONE_CORE = """
import os, sys
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.execvp(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def catalogue() -> Iterator[CountedCatalogue]:
    with counted_catalogue() as running:
        yield running


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, catalogue: CountedCatalogue) -> ProjectCopy:
    """A copy in which everything has been run once and committed."""
    project = ProjectCopy.made_in(tmp_path_factory.mktemp("project"))
    project.edit({"sources.here": catalogue.source, "fetch.source": "here", **QUICK})
    assert sorted(stages_run(project.dvc("repro"))) == sorted(STAGES)
    project.commit("Reproduce")
    # One file of git's instead of hundreds, since tests copy the folder.
    project.run("git", "gc", "-q")
    return project


@pytest.fixture(scope="module")
def needs(finished: ProjectCopy) -> Needs:
    """The stages that each stage needs."""
    return needs_of(dag(finished.folder))


@pytest.fixture
def project(finished: ProjectCopy, tmp_path: Path) -> ProjectCopy:
    """A copy of that copy, for one test to edit."""
    return finished.copied_to(tmp_path / "project")


def test_every_declared_output_is_there(finished):
    for name, stage in yaml.safe_load(finished.read("dvc.yaml"))["stages"].items():
        for entry in [*stage.get("outs", []), *stage.get("metrics", []), *stage.get("plots", [])]:
            path = next(iter(entry)) if isinstance(entry, dict) else entry
            assert (finished.folder / path).exists(), f"{name}: {path}"


def test_every_file_matches_its_description(finished):
    assert problems_of_project(finished.folder) == []


def test_the_counts_of_the_stages_fit_together(finished):
    counts = {name: json.loads(finished.read(f"metrics/{name}.json")) for name in ("join", "dataset", "evaluate")}
    assert counts["join"]["sets"] == QUICK["fetch.limit"]
    assert counts["dataset"]["pictures"] + counts["dataset"]["dropped"] == counts["join"]["labelled"]
    assert counts["evaluate"]["pictures"] == counts["dataset"]["test"]


def test_a_second_run_does_nothing(finished, catalogue):
    before = catalogue.requests.total()
    assert stages_run(finished.dvc("repro")) == []
    assert catalogue.requests.total() == before


def test_running_everything_by_force_on_one_core_moves_no_lock(project):
    """The first run had all cores."""
    project.run(sys.executable, "-c", ON_ONE_CORE, "dvc", "repro", "--force", "--no-run-cache")
    assert project.run("git", "status", "--porcelain") == ""


# The edit, the last stage to run after it, and the stages that it affects.
EDITS = {
    "the source in use": (
        {"sources.here.pictures_per_second": 500},
        "export",
        ["fetch", "download", "export", "report"],
    ),
    "a download param": ({"download.retries": 3}, "download", ["download"]),
    "the groups": ({"regroup.groups": {"A": ["Duplo"], "B": ["Technic"]}}, "regroup", STAGES[3:]),
    "the size": ({"resize.size": 56}, "resize", STAGES[4:]),
    "the folds": ({"cross_validate.folds": 3}, "cross_validate", ["cross_validate", "report"]),
    "the accepted risk": ({"export.accepted_risk": 1.0}, "export", SERVING),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_leaves_no_stage_out_of_date_but_those_that_it_affects(project, needs, edit):
    """The stages up to one are run; DVC says which others are out of date, and those that need these follow."""
    changes, last, expected = EDITS[edit]
    project.edit(changes)
    done = project.repro(last)
    assert done[-1] == last
    assert sorted([*done, *waiting(project, needs)]) == sorted(expected)


# The edit, and the stages that it affects. DVC tells them before it runs any.
TOLD_EDITS = {
    "a source that is not in use": ({"sources.live.brick_insights": "https://example.org"}, []),
    "the learning rate": ({"train.learning_rate": 0.002}, TRAINING),
    "the confidence level": ({"evaluate.confidence_level": 0.9}, ["evaluate", "report"]),
    "the pictures of mistakes": ({"evaluate.mistakes": 5}, ["report"]),
}


@pytest.mark.parametrize("edit", TOLD_EDITS)
def test_an_edit_puts_no_stage_out_of_date_but_those_that_it_affects(finished, needs, edit):
    changes, expected = TOLD_EDITS[edit]
    with finished.edited(changes):
        assert sorted(waiting(finished, needs)) == sorted(expected)


def waiting(project: ProjectCopy, needs: Needs) -> set[str]:
    """Return the stages that DVC says are out of date, and those that need them."""
    found = {*project.stages_out_of_date()}
    for stage in STAGES:
        found |= {stage} if needs[stage] & found else set()
    return found


def test_an_edit_shows_in_the_differences(project):
    project.edit({"evaluate.mistakes": 6})
    assert "evaluate.mistakes" in project.dvc("params", "diff")
    figures = json.loads(project.read("metrics/evaluate.json"))
    (project.folder / "metrics" / "evaluate.json").write_text(json.dumps({**figures, "accuracy": 0.5}))
    assert "evaluate.json" in project.dvc("metrics", "diff")


def test_a_new_snapshot_of_the_same_catalogue_downloads_no_picture(project, catalogue):
    project.edit({"fetch.snapshot": "2027-01-01"})
    before = catalogue.pictures_requested
    assert project.repro("download") == ["fetch", "download"]
    assert catalogue.pictures_requested == before


def test_a_clone_can_pull_what_was_pushed_and_has_nothing_left_to_run(project, tmp_path):
    project.dvc("remote", "add", "--default", "local", str(tmp_path / "remote"))
    project.commit("Add a remote")
    project.dvc("push")
    project.run("git", "clone", "-q", ".", str(tmp_path / "clone"))
    clone = ProjectCopy(tmp_path / "clone")
    clone.dvc("pull")
    assert clone.repro() == []
    assert (clone.folder / "models" / "classifier.tflite").exists()
    assert clone.dvc("status").strip().endswith("up to date.")


def put_photos(project: ProjectCopy, folder: str, count: int) -> None:
    """Put photos into the folder of a label."""
    for number in range(count):
        write_bytes(picture_bytes(number, (90, 60)), project.folder / "data" / "photos" / folder / f"{number}.jpg")


def test_the_first_run_leaves_the_record_of_the_photos_as_it_was(finished):
    assert finished.run("git", "log", "--format=%s", "data/photos.dvc") == "Copy\n"
    assert list((finished.folder / "data" / "photos").iterdir()) == []


@pytest.mark.parametrize("options", [[], ["--temp"]])
def test_new_photos_are_in_an_experiment(project, options):
    put_photos(project, "minifig", 4)
    assert "resize: 2 photos are used for training, 2 are held out" in project.dvc("exp", "run", *options, "resize")


def test_new_photos_are_in_a_queued_experiment(project):
    put_photos(project, "minifig", 4)
    project.dvc("exp", "run", "--queue", "resize")
    # What the queue's worker will run; it takes seconds to start.
    assert "nfiles: 4" in project.run("git", "show", "refs/exps/celery/stash:data/photos.dvc")


def test_photos_travel_with_the_data(project, tmp_path):
    put_photos(project, "minifig", 4)
    with project.opened() as repo:
        repo.add("data/photos")
        with repo.config.edit("repo") as config:
            config["core"]["remote"], config["remote"]["local"] = "local", {"url": str(tmp_path / "remote")}
    project.commit("Add photos and a remote")
    with project.opened() as repo:
        repo.push(["data/photos"])
    project.run("git", "clone", "-q", ".", str(tmp_path / "clone"))
    clone = ProjectCopy(tmp_path / "clone")
    assert "dvc pull data/photos" in clone.dvc("repro", "resize", fails=True)
    with clone.opened() as repo:
        repo.pull(["data/photos"])
    assert clone.contents("data/photos") == project.contents("data/photos") != {}


WRONG = {
    "an unknown source": ({"fetch.source": "sampel"}, ["sources.sampel"]),
    "an unknown theme": ({"regroup.groups.MiniFig": ["Minifigs"]}, ['no theme "Minifigs"']),
    "split fractions over 1": ({"regroup.split.test": 0.9}, ["must add up to 1"]),
    "a negative rate, a theme listed twice, size 0, an unknown network and a misspelt key": (
        {
            "sources.here.pictures_per_second": -1,
            "regroup.groups.MiniFig": ["Duplo"],
            "resize.size": 0,
            "train.network": "vgg61",
            "train.learning_rat": 0.1,
        },
        [
            "sources.here.pictures_per_second",
            'both list the theme "Duplo"',
            "resize.size",
            "train.network",
            'did you mean "learning_rate"?',
        ],
    ),
}


@pytest.fixture(scope="module")
def mistaken(finished: ProjectCopy, tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A copy whose params get one mistake after the other."""
    return finished.copied_to(tmp_path_factory.mktemp("mistaken") / "project")


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_in_params_is_explained_without_a_traceback(mistaken, mistake):
    changes, messages = WRONG[mistake]
    with mistaken.edited(changes):
        printed = mistaken.dvc("repro", fails=True)
    assert all(message in printed for message in messages) and "Traceback" not in printed
