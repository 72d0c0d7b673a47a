import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from stages import paths
from stages.export import main
from tests.conftest import PROJECT
from tests.data_formats import problems_of_file
from tests.small_shards import FILL, LABELS, SIZE
from tests.themer.small_model import small_model
from themer.answering.index import Index, read_index_summary
from themer.answering.lite_runtime import LiteRuntime
from themer.base.files import file_sha256
from themer.dataset.shards import ShardSummary, write_split, write_summary

UP_TO_DATE = "the model and its index are up to date; only the threshold is chosen"
# What a threshold needs of an export: neither the classifier nor the shards can be read.
CHOOSING = """
import sys
from pathlib import Path
from stages import export, paths
print(export.fingerprint("https://rebrickable.com/sets/{set_id}/"))
export.main()
print([name for name in ("tensorflow", "keras") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inputs of an export: a classifier, shards, and a table of which one set is in the shards."""
    made, folder = small_model(tmp_path_factory), tmp_path_factory.mktemp("inputs")
    for path in (paths.shards, paths.photo_shards):
        shutil.copytree(made / path, folder / path)
    (folder / paths.classifier.parent).mkdir()
    shutil.copy(made / paths.classifier, folder / paths.classifier)
    (folder / paths.labelled).write_text("set_id,name,year\n500-1,Super Car,1994\n")
    return folder


@pytest.fixture(scope="module")
def finished(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inputs after one export with the project's own threshold; not to be changed."""
    folder = shutil.copytree(inputs, tmp_path_factory.mktemp("finished"), dirs_exist_ok=True)
    text = (PROJECT / "params.yaml").read_text().replace("source: sample", "source: rebrickable")
    (folder / "params.yaml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        main()
    return folder


@pytest.fixture
def exported(finished: Path, folder: Path) -> Path:
    """A copy of a finished export, which is the current folder, for one test to change."""
    return shutil.copytree(finished, folder, dirs_exist_ok=True, copy_function=shutil.copy2)


def contents() -> dict[str, bytes]:
    """Return the outputs of the stage."""
    files = [paths.model, paths.export_metrics, *sorted(paths.index.iterdir())]
    return {path.as_posix(): path.read_bytes() for path in files}


def test_the_model_and_its_index_are_exported_with_a_threshold(finished, monkeypatch):
    monkeypatch.chdir(finished)
    assert LiteRuntime(paths.model).model_sha256 == file_sha256(paths.classifier)
    index = Index(paths.index)
    assert index.summary.model_sha256 == file_sha256(paths.classifier)
    assert 0 < index.summary.limit < 1
    assert json.loads(paths.export_metrics.read_text()) == {
        "bytes": paths.model.stat().st_size,
        "threshold": round(index.summary.threshold, 6),
    }


def test_the_index_has_the_facts_of_the_sets(finished):
    facts = {one.set_id: (one.name, one.year, one.page) for one in Index(finished / paths.index).pictures}
    assert facts["500-1"] == ("Super Car", "1994", "https://rebrickable.com/sets/500-1/")
    assert facts["501-1"] == ("", "", "")


@pytest.mark.parametrize("path", [paths.model, paths.export_metrics, *(paths.index / name for name in
    ("features.npy", "index.json", "pictures.csv", "validation.csv"))], ids=str)  # fmt: skip
def test_the_outputs_match_the_schema(finished, path):
    assert problems_of_file(finished / path, path.as_posix()) == []


def test_a_new_accepted_risk_changes_the_threshold_alone(exported, write_params, capsys):
    before, changes = contents(), {"fetch.source": "rebrickable"}
    # With random weights most predictions are wrong, so the accepted risk decides between always and never.
    for risk, threshold in ((1.0, 0.0), (0.0001, 2.0)):
        write_params(changes | {"export.accepted_risk": risk})
        main()
        out = capsys.readouterr().out
        assert UP_TO_DATE in out and f"abstains below confidence {threshold:.3f}" in out
        assert read_index_summary(paths.index).threshold == threshold
        assert json.loads(paths.export_metrics.read_text())["threshold"] == threshold
        after = contents()
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"models/index/index.json", "metrics/export.json"}


def test_a_new_threshold_needs_no_tensorflow(exported, write_params):
    write_params({"fetch.source": "rebrickable", "export.accepted_risk": 1.0})
    command = [sys.executable, "-c", CHOOSING]
    done = subprocess.run(command, env={"PYTHONPATH": str(PROJECT)}, check=True, capture_output=True, text=True)
    fingerprint, *_, imported = done.stdout.splitlines()
    assert fingerprint == read_index_summary(paths.index).made_from
    assert UP_TO_DATE in done.stdout and imported == "[]"
    assert read_index_summary(paths.index).threshold == 0


def change_classifier() -> None:
    paths.classifier.write_bytes(paths.classifier.read_bytes() + b" ")


def change_shards() -> None:
    path = next(paths.shards.glob("validation-*"))
    path.write_bytes(path.read_bytes() + b" ")


def change_photos() -> None:
    path = next(paths.photo_shards.glob("train-*"))
    path.write_bytes(path.read_bytes() + b" ")


def change_names() -> None:
    paths.labelled.write_text("set_id,name,year\n500-1,Another Car,1994\n")


@pytest.mark.parametrize("change", [change_classifier, change_shards, change_photos, change_names])
def test_other_inputs_make_another_fingerprint(exported, change):
    from stages.export import fingerprint

    page = "https://rebrickable.com/sets/{set_id}/"
    assert fingerprint(page) == read_index_summary(paths.index).made_from
    change()
    assert fingerprint(page) != read_index_summary(paths.index).made_from


def test_another_set_page_makes_another_fingerprint(exported):
    from stages.export import fingerprint

    assert fingerprint(None) != read_index_summary(paths.index).made_from
