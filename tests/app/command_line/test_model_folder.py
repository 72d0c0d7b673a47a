from pathlib import Path

import pytest

from app.command_line.model_folder import checkout, default_model
from tests.conftest import PROJECT
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
