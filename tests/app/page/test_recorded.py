import shutil

import pytest
from dvc.repo import Repo

from app.page.recorded import digests_of, recorded_digests
from stages import paths
from tests.dvc_repo import opened_repo
from themer.base.files import write_bytes

STAGE = (
    "stages: {export: {cmd: 'true', outs: [models/classifier.tflite: {persist: true}, models/index: {persist: true}]}}"
)


@pytest.fixture
def project(tmp_path):
    """A project of DVC's that has recorded a model, and an index with files whose order depends on how it is sorted."""
    write_bytes(b"model", tmp_path / paths.model)
    for name in ("a/b.json", "a-b.json", "B.npy", "ü.csv"):
        write_bytes(name.encode(), tmp_path / paths.index / name)
    (tmp_path / "dvc.yaml").write_text(STAGE)
    Repo.init(str(tmp_path), no_scm=True)
    with opened_repo(tmp_path, {}) as repo:
        repo.commit(force=True)
    return tmp_path


def test_dvc_records_the_same_digests(project):
    recorded = recorded_digests(project / paths.lock)
    assert len(recorded) == 2 and recorded == digests_of(project / paths.model, project / paths.index)


@pytest.mark.parametrize("path", [paths.model, paths.index / "B.npy", paths.index / "new.csv"])
def test_any_other_file_has_another_digest(project, path):
    recorded = recorded_digests(project / paths.lock)
    write_bytes(b"other", project / path)
    assert recorded != digests_of(project / paths.model, project / paths.index)


def test_where_the_model_lies_does_not_matter(project):
    elsewhere = shutil.copytree(project / "models", project / "copy")
    found = digests_of(elsewhere / paths.model.name, elsewhere / paths.index.name)
    assert found == recorded_digests(project / paths.lock)
