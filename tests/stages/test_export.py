import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from stages import export, paths
from stages.export import fingerprint, main
from tests.conftest import PROJECT, write_changed_params
from tests.dask_cluster import cluster
from tests.data_formats import problems_of_file
from tests.small_shards import FILL, LABELS, SIZE
from tests.themer.small_model import small_model, untrained_classifier
from themer.answering.index import Index, read_index_summary
from themer.answering.runtime import LiteRuntime
from themer.base.files import file_sha256
from themer.base.tables import column_by_set
from themer.exporting import index_writer
from themer.networks.model_file import save_classifier
from themer.shards.files import ShardSummary, read_examples, write_split, write_summary

INDEX = [
    f"models/index/{name}"
    for name in ("boundary.npy", "features.npy", "index.json", "pictures.csv", "shares.csv", "validation.csv")
]
VIEWS = 1
# The photos in the shards; two of them are near-duplicates.
FAMILIES_OF_PHOTOS = {"2100-1": "2100-1", "2101-1": "2100-1", "2120-1": "2120-1"}
SET_PAGE = "https://rebrickable.com/sets/{set_id}/"
UP_TO_DATE = "the model and its index are up to date; only the thresholds are chosen"
CHOOSING = """
import sys
from stages import export
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
    (folder / paths.dataset).write_text("set_id,label,family,split\n500-1,red,500,train\n")
    (folder / paths.other_themes).write_text("set_id,theme,family,split\n")
    (folder / paths.calibration).write_text("set_id,family,confidence,correct\n")
    rows = "".join(f"{photo},red,{family},train\n" for photo, family in FAMILIES_OF_PHOTOS.items())
    (folder / paths.photos_table).write_text(f"photo,label,family,split\n{rows}")
    return folder


@pytest.fixture(scope="module")
def finished(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inputs after one export with the project's own threshold; not to be changed."""
    folder = shutil.copytree(inputs, tmp_path_factory.mktemp("finished"), dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_changed_params({"fetch.source": "rebrickable"})
        main()
    return folder


@pytest.fixture
def exported(finished: Path, folder: Path) -> Path:
    """A copy of a finished export, which is the current folder, for one test to change."""
    return shutil.copytree(finished, folder, dirs_exist_ok=True)


def contents() -> dict[str, bytes]:
    """Return the outputs of the stage."""
    files = [paths.model, paths.export_metrics, *sorted(paths.index.iterdir()), *sorted(paths.view_shards.iterdir())]
    return {path.as_posix(): path.read_bytes() for path in files}


def test_the_model_and_its_index_are_exported_with_a_threshold(finished, monkeypatch):
    monkeypatch.chdir(finished)
    assert LiteRuntime(paths.model).model_sha256 == file_sha256(paths.classifier)
    index = Index(paths.index)
    assert index.summary.model_sha256 == file_sha256(paths.classifier)
    assert index.summary.made_from == fingerprint(SET_PAGE, VIEWS)
    assert 0 < index.summary.limit < 1
    figures = json.loads(paths.export_metrics.read_text())
    assert figures["bytes"] == paths.model.stat().st_size
    assert figures["threshold"] == index.summary.threshold and not figures["risk_holds"]
    assert (figures["boundary"], figures["other_themes_holds"]) == (0, False)


def test_the_index_has_the_facts_of_the_sets(finished):
    facts = {one.set_id: (one.name, one.year, one.page) for one in Index(finished / paths.index).pictures}
    assert facts["500-1"] == ("Super Car", "1994", "https://rebrickable.com/sets/500-1/")
    assert facts["501-1"] == ("", "", "")


def test_sets_and_photos_count_by_family(finished):
    family_of = column_by_set(finished / paths.index / "shares.csv", "family")
    assert {photo: family_of[photo] for photo in FAMILIES_OF_PHOTOS} == FAMILIES_OF_PHOTOS
    assert family_of["500-1"] == "500"


@pytest.mark.parametrize("name", ["models/classifier.tflite", "metrics/export.json", *INDEX])
def test_the_outputs_match_the_schema(finished, name):
    assert problems_of_file(finished / name, name) == []


def test_a_new_accepted_risk_changes_the_threshold_alone(exported, write_params, capsys):
    before = contents()
    # Six validation pictures promise next to nothing, so the accepted risk decides between always and hardly ever.
    for risk, threshold in ((1.0, 0.0), (0.0001, 0.95)):
        write_params({"fetch.source": "rebrickable", "export.accepted_risk": risk})
        main()
        out = capsys.readouterr().out
        assert UP_TO_DATE in out and f"abstains below confidence {threshold:g}" in out
        assert ("export.accepted_risk can't be promised: there are too few held-out pictures" in out) == (risk < 1)
        assert "no set has a theme other than the labels', so export.accepted_other_themes has no effect" in out
        assert read_index_summary(paths.index).threshold == threshold
        figures = json.loads(paths.export_metrics.read_text())
        assert (figures["threshold"], figures["risk_holds"]) == (threshold, risk == 1)
        after = contents()
        changed = {name for name in before if before[name] != after[name]}
        assert changed <= {"models/index/index.json", "metrics/export.json"}


def test_a_new_threshold_needs_no_tensorflow(exported, write_params):
    write_params({"fetch.source": "rebrickable", "export.accepted_risk": 1.0})
    command = [sys.executable, "-c", CHOOSING]
    done = subprocess.run(command, env={"PYTHONPATH": str(PROJECT)}, check=True, capture_output=True, text=True)
    assert UP_TO_DATE in done.stdout and done.stdout.endswith("\n[]\n")
    assert read_index_summary(paths.index).threshold == 0


def break_index() -> None:
    (paths.index / "index.json").write_text("{")


def lose_views() -> None:
    (paths.view_shards / "shards.json").unlink()


def replace_classifier() -> None:
    other = untrained_classifier(seed=1)
    save_classifier(other.model, other.description, paths.classifier)


def cut(pattern: str) -> Callable[[], None]:
    """Return a function that cuts off the last byte of the file that a pattern matches."""

    def loss() -> None:
        [path] = Path().glob(pattern)
        path.write_bytes(path.read_bytes()[:-1])

    return loss


CUT = ("classifier.tflite", "index/features.npy", "index/pictures.csv", "index/boundary.npy")
LOSSES = {
    "no index": break_index,
    "no views": lose_views,
    "no model": paths.model.unlink,
    "another classifier": replace_classifier,
    "cut views": cut(f"{paths.view_shards}/test-*.tfrecord"),
    "no validation pictures": (paths.index / "validation.csv").unlink,
    "an empty table": lambda: (paths.index / "shares.csv").write_bytes(b""),
    **{f"cut {name}": cut(f"models/{name}") for name in CUT},
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_without_a_valid_index_views_or_a_model_of_this_classifier_everything_is_exported_again(
    exported, monkeypatch, loss
):
    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(export, "write_model_and_index", stopped)
    loss()
    with pytest.raises(SystemExit, match="130"):
        main()


def test_what_is_exported_again_has_the_same_bytes(exported, capsys):
    before = contents()
    break_index()
    lose_views()
    paths.model.write_bytes(b"")
    main()
    compared = re.search(r"on 3 test pictures, no probability differs .* by more than (\S+)", capsys.readouterr().out)
    assert compared and float(compared[1]) <= 1e-4
    assert contents() == before


def test_after_a_run_that_was_stopped_before_its_index_everything_is_exported_again(exported, monkeypatch, capsys):
    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    before = contents()
    write_changed_params({"fetch.source": "rebrickable", "export.views": 2})
    with monkeypatch.context() as patch, pytest.raises(SystemExit, match="130"):
        patch.setattr(index_writer, "write_index", stopped)
        main()
    write_changed_params({"fetch.source": "rebrickable"})
    main()
    assert UP_TO_DATE not in capsys.readouterr().out and contents() == before


def test_a_dask_cluster_gives_the_same_bytes(exported, monkeypatch):
    before = contents()
    break_index()
    lose_views()
    with cluster(workers=1) as processes:
        monkeypatch.setenv("LEGO_THEMER_DASK", processes.address)
        main()
    assert contents() == before


def append_space(path: Path) -> None:
    """Change a file."""
    path.write_bytes(path.read_bytes() + b" ")


@pytest.mark.parametrize(
    "pattern", [paths.classifier, paths.labelled, paths.photos_table, "data/shards/val*", "data/photo_shards/train*"]
)
def test_other_inputs_have_another_fingerprint(exported, pattern):
    before = fingerprint(SET_PAGE, VIEWS)
    assert before == read_index_summary(paths.index).made_from
    append_space(next(exported.glob(str(pattern))))
    assert fingerprint(SET_PAGE, VIEWS) != before


def test_another_set_page_or_number_of_views_has_another_fingerprint(exported):
    assert len({fingerprint(None, VIEWS), fingerprint(SET_PAGE, VIEWS), fingerprint(SET_PAGE, VIEWS + 1)}) == 3
    assert fingerprint(SET_PAGE, VIEWS) == read_index_summary(paths.index).made_from


@pytest.mark.parametrize("module", ["exporting/index_writer.py", "networks/registry.py", "answering/nearest.py"])
def test_other_code_has_another_fingerprint(exported, monkeypatch, module):
    shutil.copytree(PROJECT / "themer", exported / "themer", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(export, "THEMER", exported / "themer")
    before = fingerprint(SET_PAGE, VIEWS)
    append_space(exported / "themer" / module)
    assert fingerprint(SET_PAGE, VIEWS) != before


def test_code_that_dvc_does_not_watch_has_the_same_fingerprint(exported, monkeypatch):
    deps = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]["export"]["deps"]
    code = {path.removeprefix("themer/") for path in deps if path.startswith("themer/")}
    assert {pattern.removesuffix("/*.py") for pattern in export.CODE} == code
    shutil.copytree(PROJECT / "themer", exported / "themer", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(export, "THEMER", exported / "themer")
    before = fingerprint(SET_PAGE, VIEWS)
    append_space(exported / "themer/catalogue/robots.py")
    assert fingerprint(SET_PAGE, VIEWS) == before


def test_without_test_pictures_there_is_nothing_to_compare(inputs, folder, write_params):
    shutil.copytree(inputs, folder, dirs_exist_ok=True)
    write_params({})
    write_split(paths.shards, "test", [], pictures_per_shard=5)
    write_summary(paths.shards, ShardSummary(LABELS, SIZE, FILL, {"test": 0}))
    with pytest.raises(SystemExit, match="no pictures to compare.*Raise regroup.split.test"):
        main()


def test_each_test_picture_has_a_photograph_like_view(finished):
    views, pictures = (list(read_examples(finished / path, "test")) for path in (paths.view_shards, paths.shards))
    assert [(one.set_id, one.label) for one in views] == [(one.set_id, one.label) for one in pictures]
    assert all(np.abs(one.pixels.astype(int) - two.pixels).mean() > 1 for one, two in zip(views, pictures, strict=True))
    names = [f"{paths.view_shards}/{path.name}" for path in (finished / paths.view_shards).iterdir()]
    assert [problems_of_file(finished / name, name) for name in names] == [[], []]


def test_without_a_classifier_the_error_names_the_command(inputs, folder, write_params):
    shutil.copytree(inputs, folder, dirs_exist_ok=True)
    paths.classifier.unlink()
    write_params({})
    with pytest.raises(SystemExit, match=r"classifier\.keras: there is no model yet. Run: dvc repro"):
        main()
