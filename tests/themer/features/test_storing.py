import json

from tests.small_shards import settings, write_photo_shards, write_shards
from themer.features.feature_store import read_feature_summaries
from themer.features.storing import store_features


def test_other_networks_leave_the_files_of_a_network_and_a_removed_one_leaves_none(sources, tmp_path):
    features, kept = tmp_path / "features", []
    for networks in (["vgg16"], ["resnet50", "vgg16"], ["resnet50"]):
        # With random weights, a network has a summary and no features.
        store_features(*sources, settings(network=networks, weights="none"), features)
        kept.append((features / "vgg16/train-0.npy").exists())
        assert json.loads((features / "networks.json").read_text()) == {"networks": networks}
        assert {path.name for path in features.iterdir()} == {"networks.json", *networks}
        (features / networks[-1] / "train-0.npy").touch()
    assert kept == [False, True, False]


def test_a_network_has_the_same_features_alone_and_among_others(sources, tmp_path):
    for name, networks in {"alone": "vgg16", "several": ["resnet50", "vgg16"]}.items():
        store_features(*sources, settings(network=networks, weights="none"), tmp_path / name)
    alone, several = (read_feature_summaries(tmp_path / name) for name in ("alone", "several"))
    assert alone[0] == several[1] != several[0]


def test_features_of_other_code_are_deleted(code, tmp_path):
    shards, photos = write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos")
    kept = []
    for edit in ("", "", "# an edit"):
        with (code / "features/photo_views.py").open("a") as file:
            file.write(edit)
        store_features(shards, photos, settings(), tmp_path / "features")
        kept.append((tmp_path / "features/lego_cnn/train-0.npy").exists())
        (tmp_path / "features/lego_cnn/train-0.npy").touch()
    assert kept == [False, True, False]


def test_a_network_from_scratch_has_no_features(tmp_path):
    shards, photos = write_shards(tmp_path / "shards"), write_photo_shards(tmp_path / "photos")
    store_features(shards, photos, settings(), tmp_path / "features")
    assert [summary.width for summary in read_feature_summaries(tmp_path / "features")] == [0]
    assert [path.name for path in (tmp_path / "features/lego_cnn").iterdir()] == ["features.json"]
