import hashlib
import json
from dataclasses import asdict

import grimp
import numpy as np
import pytest

from tests.small_shards import settings, write_photo_shards, write_shards
from tests.themer.features.feature_files import write_feature_files
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.features.feature_store import (
    PACKAGES,
    FeatureSummary,
    code_sha256,
    fingerprint,
    prepare_directory,
    read_feature_summaries,
    read_features,
    weights_sha256,
)

SUMMARY = FeatureSummary("0123", width=3088, last_width=1280, views=2)


# Errors, files, params; and engines, none of which changes a byte of the results.
BASE = (
    "arrays",
    "cluster",
    "engines",
    "errors",
    "files",
    "params",
    "quiet_stderr",
    "stopping",
    "theme_paths",
    "worker",
)


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


@pytest.mark.parametrize("module", ["features/views.py", "networks/registry.py", "base/arithmetic.py"])
def test_the_digest_of_the_code_depends_on_views_and_networks(code, module):
    before = code_sha256(PACKAGES)
    with (code / module).open("a") as file:
        file.write("# an edit\n")
    assert code_sha256(PACKAGES) != before


def test_the_digest_of_the_code_covers_all_code_that_computes_features():
    """The other modules decide nothing about features, or their results are in the settings and the shards."""
    modules = grimp.build_graph("themer").find_upstream_modules("themer.features.storing")
    others = {module for module in modules if not module.startswith(("themer.features.", "themer.networks."))}
    covered = {"themer.base.arithmetic", "themer.base.quiet_tensorflow"}
    base = {f"themer.base.{name}" for name in BASE}
    assert others == covered | base | {"themer.shards.records", "themer.shards.files"}


def test_the_digest_of_the_code_does_not_depend_on_other_packages(code):
    before = code_sha256(PACKAGES)
    with (code / "training/fit.py").open("a") as file:
        file.write("# an edit\n")
    assert code_sha256(PACKAGES) == before


def test_a_missing_file_of_weights_is_named(tmp_path):
    with pytest.raises(UserError, match="train.weights: .*missing.keras: .*write imagenet or none"):
        weights_sha256(settings(network="vgg16", weights=str(tmp_path / "missing.keras")))


def test_the_digest_of_weights_is_that_of_the_file_s_content(tmp_path):
    path = tmp_path / "some.weights.h5"
    path.write_bytes(b"weights")
    assert weights_sha256(settings(network="vgg16", weights=str(path))) == hashlib.sha256(b"weights").hexdigest()
    assert [weights_sha256(settings(weights=name)) for name in ("imagenet", "none")] == ["", ""]


def test_a_folder_keeps_only_the_files_of_the_same_summary(tmp_path):
    for summary, left in ((SUMMARY, 0), (SUMMARY, 1), (FeatureSummary("4567", 3088, 1280, 2), 0)):
        prepare_directory(tmp_path / "features", summary)
        assert len(list((tmp_path / "features").glob("*.npy"))) == left
        assert json.loads((tmp_path / "features/features.json").read_text()) == asdict(summary)
        (tmp_path / "features/train-0.npy").touch()


@pytest.mark.parametrize("text", ["", "[]", '{"fingerprint": "0123"}'])
def test_an_unreadable_summary_is_replaced(tmp_path, text):
    write_feature_files(tmp_path, "train", np.zeros((3, 2)))
    (tmp_path / "network_0/features.json").write_text(text)
    with pytest.raises(UserError, match="not a summary of features .*dvc repro --force features"):
        read_feature_summaries(tmp_path)
    prepare_directory(tmp_path / "network_0", SUMMARY)
    assert [path.name for path in (tmp_path / "network_0").iterdir()] == ["features.json"]
    assert read_feature_summaries(tmp_path) == [SUMMARY]


def test_missing_features_are_reported_with_the_command_to_run(tmp_path):
    write_feature_files(tmp_path, "train", np.zeros((3, 2)))
    (tmp_path / "network_0/test-0.npy").write_bytes(b"\x93NUMPY")
    for split in ("validation", "test"):
        with pytest.raises(UserError, match=f"network_0/{split}-0.npy: no features .*dvc repro --force features"):
            read_features(tmp_path, split, 0)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_a_missing_list_of_networks_is_reported_with_the_command_to_run(tmp_path, text):
    for read in (read_feature_summaries, lambda directory: read_features(directory, "train", 0)):
        with pytest.raises(UserError, match="networks.json: no list of networks .*dvc repro --force features"):
            read(tmp_path)
        (tmp_path / "networks.json").write_text(text)


def test_features_of_several_networks_are_side_by_side(tmp_path):
    one, other = np.arange(8).reshape(4, 2), np.arange(12).reshape(4, 3) * 10
    write_feature_files(tmp_path, "train", one, other)
    features = read_features(tmp_path, "train", 0)
    assert (len(features), features.width) == (4, 5)
    np.testing.assert_array_equal(features[1:3], np.hstack([one, other])[1:3])


def test_those_of_each_network_s_last_layer_are_read_alone(tmp_path):
    one, other = np.arange(8).reshape(4, 2), np.arange(12).reshape(4, 3) * 10
    write_feature_files(tmp_path, "train", one, other)
    for name, last_width in (("network_0", 1), ("network_1", 2)):
        write_json(asdict(FeatureSummary("0123", 3, last_width, 1)), tmp_path / name / "features.json")
    features = read_features(tmp_path, "train", 0, last_only=True)
    assert features.width == 3
    np.testing.assert_array_equal(features[:], np.hstack([one[:, 1:], other[:, 1:]]))


def test_networks_with_different_numbers_of_pictures_are_reported(tmp_path):
    write_feature_files(tmp_path, "train", np.zeros((4, 2)), np.zeros((5, 2)))
    with pytest.raises(UserError, match="different numbers of pictures. Run: dvc repro --force features"):
        read_features(tmp_path, "train", 0)


def test_the_summary_is_json_without_times(tmp_path):
    prepare_directory(tmp_path, SUMMARY)
    found = json.loads((tmp_path / "features.json").read_text())
    assert found == {"fingerprint": "0123", "width": 3088, "last_width": 1280, "views": 2}
