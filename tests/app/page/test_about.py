import logging
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from app.page.about import about
from stages import paths
from tests.conftest import picture_bytes, without_privileges
from tests.drawn_sets import KINDS, PICTURES
from tests.recording import record
from themer.base.files import write_bytes, write_json


def test_the_page_describes_the_model_and_its_training_data(client):
    text = client.get("/about").text
    model = client.get("/api/model").json
    assert model["sha256"][:12] in text and "efficientnet_lite0" in text and "2026-11-22" in text


def test_the_page_names_the_three_answers_without_a_theme(client):
    text = " ".join(client.get("/about").text.split())
    assert "or if it may show a theme that the model does not predict. It says “none of these themes” if such a" in text


def test_pictures_are_counted_by_split_and_by_theme(root, tmp_path):
    found = about(None, root)
    assert found["pictures"].model_dump() == PICTURES
    assert found["theme_counts"] == dict.fromkeys(KINDS, sum(PICTURES.values()))
    assert about(None, tmp_path)["theme_counts"] == {}


def test_a_model_that_always_abstains_has_no_accuracy_when_sure(client_of, tmp_path):
    write_json({"answered": 0.0}, tmp_path / paths.evaluate_metrics)
    text = client_of(root=tmp_path).get("/about").text
    assert "0.0&nbsp;%" in text and "of them correct" not in text


@pytest.mark.parametrize(("count", "words"), [(0, None), (1, "1 held-out photo of"), (3, "3 held-out photos of")])
def test_photos_of_other_themes_are_counted_by_themselves(client_of, tmp_path, count, words):
    write_json({"answered": 0.5}, tmp_path / paths.evaluate_metrics)
    others = {"other_photos": count, "other_photos_answered": 0.25} if count else {}
    write_json({"photos": 0} | others, tmp_path / paths.photo_metrics)
    text = client_of(root=tmp_path).get("/about").text
    assert "harder than the catalogue" not in text
    assert f"Of {words} other themes, 25.0&nbsp;% got" in text if count else "photos of other themes" not in text


@pytest.mark.parametrize(("level", "shown"), [(0.9, "(90&nbsp;% confidence"), (0.995, "(99.5&nbsp;% c"), (None, "(c")])
def test_an_interval_has_the_confidence_level_that_it_was_computed_with(client_of, tmp_path, level, shown):
    scores = {"accuracy": 0.9, "accuracy_low": 0.8, "accuracy_high": 1.0}
    write_json(scores | ({"confidence_level": level} if level else {}), tmp_path / paths.evaluate_metrics)
    assert f"80.0&nbsp;% to 100.0&nbsp;% {shown}" in client_of(root=tmp_path).get("/about").text


def test_the_picture_of_the_result_has_its_own_shape_whatever_the_number_of_themes(client_of, tmp_path):
    write_json({"answered": 0.5}, tmp_path / paths.evaluate_metrics)
    (tmp_path / paths.result).parent.mkdir()
    Image.new("RGB", (120, 252)).save(tmp_path / paths.result)
    assert 'width="120" height="252"' in client_of(root=tmp_path).get("/about").text


WHOLE = {
    paths.evaluate_metrics: b'{"accuracy": 0.9, "accuracy_low": 0.8, "accuracy_high": 1.0, "answered": 0.5}',
    paths.photo_metrics: b'{"photos": 3, "accuracy": 0.9, "accuracy_low": 0.8, "accuracy_high": 1.0, "answered": 0.5}',
    paths.theme_metrics: b'[{"theme": "Duplo", "support": 3, "recall": 0.9, "precision": 0.8}]',
    paths.train_metrics: b'{"parameters": 12345}',
    paths.dataset_metrics: b'{"train": 3, "validation": 2, "test": 1}',
    paths.source: b'{"source": "sample", "snapshot": "2026-11-22"}',
    paths.dataset: b"set_id,label\n1-1,Duplo\n",
    paths.result: picture_bytes(kind="PNG"),
}
MERGE = b"<<<<<<< HEAD\n%s\n=======\n%s\n>>>>>>> other\n"
DAMAGES = {
    "empty": lambda whole: b"",
    "cut in half": lambda whole: whole[: len(whole) // 2],
    "cut within a row or header": lambda whole: whole[:20],
    "in conflict": lambda whole: MERGE % (whole, whole),
    "an empty object": lambda whole: b"{}\n",
    "a list": lambda whole: b"[3]\n",
    "nothing": lambda whole: b"null\n",
    "deep": lambda whole: b"[" * 100_000,
    "of other values": lambda whole: (
        b'{"accuracy": NaN, "parameters": "many", "photos": -1, "test": [], "source": 3}\n'
    ),
    "of another kind": lambda whole: b"\x89PNG\r\n\x1a\n\xff\0",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named_in_a_sentence_and_in_one_line_of_the_log(client_of, root, tmp_path, caplog, damage):
    shutil.copy(root / paths.lock, tmp_path)
    client = client_of(root=tmp_path, model=root / "models")
    for path, whole in WHOLE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(DAMAGES[damage](whole))
        caplog.clear()
        response = client.get("/about")
        lines = [one for one in caplog.records if one.levelno >= logging.WARNING]
        assert response.status_code == 200 and f"since {path} can’t be read." in response.text
        assert len(lines) == 1 and f"{path} can" in lines[0].message and lines[0].exc_info is None
        (tmp_path / path).unlink()


def test_whole_files_and_missing_ones_are_no_fault(client_of, root, tmp_path, caplog):
    shutil.copy(root / paths.lock, tmp_path)
    client = client_of(root=tmp_path, model=root / "models")
    for path, whole in WHOLE.items():
        assert "can’t be read" not in client.get("/about").text
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(whole)
    text = client.get("/about").text
    assert "can’t be read" not in text and "12,345 parameters" in text and "80.0&nbsp;%" in text
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


@pytest.mark.parametrize("path", WHOLE)
def test_of_another_version_each_value_that_is_there_is_shown(client_of, root, tmp_path, path):
    shutil.copy(root / paths.lock, tmp_path)
    client = client_of(root=tmp_path, model=root / "models")
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, WHOLE[path].count(b", ") + 1):
        kept = b"{" + WHOLE[path].strip(b"{}").split(b", ")[number] + b', "new": 1}'
        (tmp_path / path).write_bytes(kept)
        assert client.get("/about").status_code == 200


NOT_ITS_OWN = "finds no <code>dvc.lock</code> that records them for"
RESULTS = ("Scores on held-out pictures", "12,345", "2026-11-22", "dvc.lock<br>", 'src="/plots/result.png"')


@pytest.fixture
def project(root, tmp_path):
    """A project with a model, whole results, and a lock that records both."""
    shutil.copytree(root / "models", tmp_path / "models")
    for path, whole in WHOLE.items():
        write_bytes(whole, tmp_path / path)
    record(tmp_path)
    return tmp_path


def require_no_results(client):
    """Assert that a server shows the model that it has, and no results of another one."""
    text, model = client.get("/about").text, client.get("/api/model").json
    assert NOT_ITS_OWN in text and model["sha256"] in text and f"below {100 * model['threshold']:.0f}&nbsp;%" in text
    assert not [one for one in RESULTS if one in text] and client.get("/plots/result.png").status_code == 404


def test_the_models_own_results_are_shown(client_of, project):
    client = client_of(root=project)
    text = client.get("/about").text
    assert [one for one in RESULTS if one in text] == [*RESULTS] and NOT_ITS_OWN not in text
    assert client.get("/api/model").json["parameters"] == 12345 and client.get("/plots/result.png").status_code == 200


@pytest.mark.parametrize("name", [paths.model.name, "index/index.json"])
def test_another_model_than_the_projects_has_none_of_its_results(client_of, project, name):
    shutil.copytree(project / "models", project / "other")
    with (project / "other" / name).open("ab") as file:
        file.write(b"\n")
    client = client_of(root=project, model="other")
    require_no_results(client)
    assert client.get("/api/model").json["parameters"] is None


def test_a_model_that_was_loaded_before_the_pipeline_ran_again_has_none_of_the_new_results(client_of, project):
    client = client_of(root=project)
    with (project / paths.model).open("ab") as file:
        file.write(b"\n")
    record(project)
    require_no_results(client)
    assert NOT_ITS_OWN not in client_of(root=project).get("/about").text


OTHER_STAGE = (
    b"  report:\n    deps:\n    - path: models/classifier.tflite\n      md5: d41d8cd98f00b204e9800998ecf8427e\n"
)
LOCKS = {
    "absent": lambda whole: None,
    "of a run that has only begun": lambda whole: whole + OTHER_STAGE,
    "without stages": lambda whole: b"schema: '2.0'\nstages: {}\n",
    **DAMAGES,
}


@pytest.mark.parametrize("kind", LOCKS)
def test_without_a_whole_lock_no_results_are_shown(client_of, project, kind):
    client, whole = client_of(root=project), (project / paths.lock).read_bytes()
    found = LOCKS[kind](whole)
    (project / paths.lock).unlink() if found is None else (project / paths.lock).write_bytes(found)
    require_no_results(client)


def test_a_damaged_lock_is_brought_back_from_git(client_of, project, caplog):
    client = client_of(root=project)
    (project / paths.lock).write_bytes(b"<<<<<<< HEAD\n")
    text = client.get("/about").text
    assert "since dvc.lock can’t be read. <code>git restore dvc.lock</code>" in text
    assert [one.message for one in caplog.records if "can't be read" in one.message]


def test_a_theme_that_is_never_predicted_has_no_precision(client_of, tmp_path):
    (tmp_path / paths.theme_metrics).parent.mkdir(parents=True)
    (tmp_path / paths.theme_metrics).write_text(
        '[{"theme": "Duplo", "support": 3, "recall": 0.0, "precision": null, "f1": null}]'
    )
    response = client_of(root=tmp_path).get("/about")
    assert response.status_code == 200 and "Duplo" in response.text


def test_damaged_metrics_do_not_keep_the_server_from_starting(client_of, root, tmp_path):
    (tmp_path / paths.train_metrics).parent.mkdir(parents=True)
    (tmp_path / paths.train_metrics).write_bytes(b"")
    shutil.copy(root / paths.lock, tmp_path)
    assert client_of(root=tmp_path, model=root / "models").get("/api/model").json["parameters"] is None


def test_a_file_that_may_not_be_read_is_named():
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / paths.lock).write_text("")
        (folder / paths.lock).chmod(0)
        with without_privileges():
            found = about(None, folder)
    assert found["lock_sha256"] is None and found["left_out"] == ["dvc.lock"]


def test_a_folder_in_place_of_a_file_is_named(tmp_path):
    for path in WHOLE:
        (tmp_path / path).mkdir(parents=True)
    assert sorted(about(None, tmp_path)["left_out"]) == sorted(path.as_posix() for path in WHOLE)
