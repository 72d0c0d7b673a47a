import hashlib
import shutil
from pathlib import Path

import grimp
import pytest

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.base.errors import UserError
from themer.features import fingerprint as fingerprints
from themer.features.fingerprint import code_sha256, fingerprint, weights_sha256


@pytest.fixture
def sources(tmp_path) -> list[Path]:
    return [write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos", train=(1, 1, 1))]


@pytest.fixture
def code(tmp_path, monkeypatch) -> Path:
    """A copy of the project's code that stands for it in fingerprints."""
    copy = shutil.copytree(fingerprints.THEMER, tmp_path / "themer")
    monkeypatch.setattr(fingerprints, "THEMER", copy)
    return copy


def test_a_fingerprint_depends_on_settings_and_pictures(sources, tmp_path):
    shards, photos = sources
    others = write_shards(tmp_path / "other", train=(3, 4, 5)), write_photo_shards(tmp_path / "no photos")
    found = [
        fingerprint([shards, photos], settings()),
        fingerprint([shards, photos], settings(seed=8)),
        fingerprint([others[0], photos], settings()),
        fingerprint([shards, others[1]], settings()),
    ]
    assert len(set(found)) == 4 and fingerprint([shards, photos], settings()) == found[0]
    assert fingerprint(sources, settings(seed=8), {"epochs"}) == fingerprint(sources, settings(), {"epochs"})
    with pytest.raises(UserError, match="no shards here"):
        fingerprint([shards, tmp_path], settings())


def test_a_fingerprint_depends_on_the_content_of_a_file_of_weights(sources, tmp_path):
    found = set()
    for content in (b"one", b"other"):
        (tmp_path / "some.weights.h5").write_bytes(content)
        named = settings(network="vgg16", weights=str(tmp_path / "some.weights.h5"))
        found.add(fingerprint(sources, named, {"epochs"}))
    assert len(found) == 2


@pytest.mark.parametrize("module", ["features/views.py", "features/photo_views.py", "networks/registry.py"])
def test_the_digest_of_the_code_depends_on_views_and_networks(code, module):
    before = code_sha256()
    with (code / module).open("a") as file:
        file.write("# an edit\n")
    assert code_sha256() != before


def test_the_digest_of_the_code_covers_all_code_that_computes_features():
    """The other modules decide nothing about features, or their results are in the settings and the shards."""
    modules = grimp.build_graph("themer").find_upstream_modules("themer.features.feature_store")
    others = {module for module in modules if not module.startswith(("themer.features.", "themer.networks."))}
    base = {f"themer.base.{name}" for name in ("errors", "files", "params", "quiet_stderr", "quiet_tensorflow")}
    assert others == base | {"themer.shards.records", "themer.shards.files"}


def test_the_digest_of_the_code_does_not_depend_on_other_packages(code):
    before = code_sha256()
    with (code / "training/fit.py").open("a") as file:
        file.write("# an edit\n")
    assert code_sha256() == before


def test_a_missing_file_of_weights_is_named(tmp_path):
    with pytest.raises(UserError, match="train.weights: .*missing.keras: .*write imagenet or none"):
        weights_sha256(settings(network="vgg16", weights=str(tmp_path / "missing.keras")))


def test_the_digest_of_weights_is_that_of_the_file_s_content(tmp_path):
    path = tmp_path / "some.weights.h5"
    path.write_bytes(b"weights")
    assert weights_sha256(settings(network="vgg16", weights=str(path))) == hashlib.sha256(b"weights").hexdigest()
    assert [weights_sha256(settings(weights=name)) for name in ("imagenet", "none")] == ["", ""]
