import shutil

import pytest

from tests.conftest import PROJECT
from themer.base import worker
from themer.base.arithmetic import SETTINGS
from themer.base.errors import UserError
from themer.base.worker import code_digest, identity, require_alike


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Where the worker is: this process is none."""
    monkeypatch.setattr(worker, "_address", lambda: "tcp://10.0.0.2:40000 on node2")


def test_the_digest_of_the_code_changes_with_each_edit_each_name_and_nothing_else(tmp_path):
    package = shutil.copytree(PROJECT / "themer", tmp_path / "themer")
    digests = [code_digest(PROJECT / "themer"), code_digest(package)]
    (package / "notes.txt").write_text("no code")
    digests.append(code_digest(package))
    assert set(digests) == {worker.CODE}
    (package / "pictures" / "images.py").open("a").write("# Edited.\n")
    edited = code_digest(package)
    (package / "pictures" / "folders.py").rename(package / "pictures" / "other.py")
    assert len({worker.CODE, edited, code_digest(package)}) == 3


def test_an_identity_names_versions_code_settings_and_arithmetic():
    assert {"Python", "numpy", "pillow", "ai-edge-litert", "the code in themer", "the arithmetic", *SETTINGS} <= {
        *identity()
    }
    require_alike(identity(), dict(identity()))


@pytest.mark.parametrize("name", ["Python", "numpy", "ai-edge-litert", "ONEDNN_MAX_CPU_ISA", "the arithmetic", "TF_X"])
def test_a_worker_that_differs_is_refused_with_what_differs_and_how_to_start_it(name):
    with pytest.raises(
        UserError, match=f"tcp://10.0.0.2:40000 on node2 .*{name} is other, not .*-m themer.base.worker"
    ):
        require_alike(identity(), identity() | {name: "other"})


def test_all_that_differs_is_named_at_once():
    without = {name: value for name, value in identity().items() if name != "OPENBLAS_CORETYPE"}
    with pytest.raises(UserError, match="OPENBLAS_CORETYPE is unset, not Haswell, numpy is 1, not"):
        require_alike(identity(), without | {"numpy": "1"})


def test_what_libraries_set_when_they_are_imported_makes_no_difference(monkeypatch):
    before = identity.__wrapped__()
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("MPLBACKEND", "agg")
    assert identity.__wrapped__() == before
