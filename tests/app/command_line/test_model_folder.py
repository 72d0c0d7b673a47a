from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.command_line.model_folder import checkout, default_model, require_model
from tests.conftest import PROJECT, without_privileges
from themer.base.errors import UserError


@pytest.fixture(autouse=True)
def without_variable(monkeypatch):
    monkeypatch.delenv("LEGO_THEMER_MODEL", raising=False)


@pytest.mark.parametrize("folder", [PROJECT, PROJECT / "docs" / "pictures"])
def test_a_folder_in_a_checkout_leads_to_its_model(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert checkout(folder) == PROJECT and default_model() == PROJECT / "models"


def test_elsewhere_a_sentence_says_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "dvc.yaml").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="--model DIR, or LEGO_THEMER_MODEL=DIR"):
        default_model()


@pytest.mark.parametrize("folder", [PROJECT, Path("/")])
def test_the_environment_names_a_model_everywhere(folder, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LEGO_THEMER_MODEL", "/opt/model")
    assert default_model() == Path("/opt/model")


def test_what_is_missing_of_a_named_model_is_named(tmp_path):
    with pytest.raises(UserError, match=rf"{tmp_path}/none/classifier\.tflite: there is no model yet.*--model DIR"):
        require_model(tmp_path / "none")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "classifier.tflite").touch()
    with pytest.raises(UserError, match=f"Name it: --model {tmp_path}/models"):
        require_model(tmp_path)
    with pytest.raises(UserError, match=f"{tmp_path}/models/index: the model's index is missing. Copy it"):
        require_model(tmp_path / "models")


def test_a_model_is_named_by_its_folder_or_its_file(tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "classifier.tflite").touch()
    expected = tmp_path / "classifier.tflite", tmp_path / "index"
    assert require_model(tmp_path) == require_model(tmp_path / "classifier.tflite") == expected


def test_a_folder_that_may_not_be_opened_is_named():
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0)
        with without_privileges(), pytest.raises(UserError, match=f"{folder}/.*: Permission denied. Allow access"):
            require_model(folder)


def test_a_name_that_the_system_refuses_is_quoted():
    with pytest.raises(UserError, match="aaa.*: File name too long. Name another one"):
        require_model(Path("a" * 300))


def test_a_current_folder_that_was_deleted_is_an_error_that_says_so(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(UserError, match="the current folder was deleted. Change to another one"):
        default_model()
