import filecmp
import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas
import pytest

from tests.small_shards import FILL, LABELS, SIZE, settings, write_photo_shards, write_shards
from themer.answering.index import Index, NearSet
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.model_description import Description
from themer.base.quiet_tensorflow import keras
from themer.base.tables import read_csv, write_csv
from themer.dataset.shards import read_split, read_summary, write_summary
from themer.exporting.index_writer import SetFacts, build_index, set_facts, with_photo_views
from themer.exporting.keras_runtime import KerasRuntime
from themer.networks.model_file import save_classifier
from themer.networks.registry import build

FILES = ["features.npy", "index.json", "pictures.csv"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with shards, photos, a model and its index."""
    folder = tmp_path_factory.mktemp("index")
    write_shards(folder / "shards")
    write_photo_shards(folder / "photos", train=(2, 0, 1))
    keras.utils.set_random_seed(0)
    description = Description(LABELS, SIZE, FILL, "lego_cnn", temperature=1.0, threshold=0.5)
    save_classifier(build(settings(), SIZE, 3), description, folder / "one.keras")
    build_index(folder / "one.keras", folder / "shards", folder / "photos", folder / "index")
    return folder


@pytest.fixture(scope="module")
def index(project: Path) -> Index:
    return Index(project / "index")


def features_of(project: Path, split: str) -> tuple[list[str], np.ndarray]:
    """Return the numbers of a split's sets, and their features as they are before they are rounded."""
    examples = list(read_split(project / "shards", split).as_numpy_iterator())
    seen = KerasRuntime.load(project / "one.keras").see(np.stack([example["image"] for example in examples]))
    return [example["set_id"].decode() for example in examples], seen.features


def test_all_sets_and_the_photos_learned_from_are_rows_of_length_one(index):
    assert [one.split for one in index.pictures] == ["photos"] * 3 + ["train"] * 12 + ["validation"] * 6 + ["test"] * 3
    assert [one.label for one in index.pictures[:4]] == ["blue", "blue", "red", "blue"]
    assert index.features.shape == (24, 64) and index.features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(index.features.astype(float), axis=1), 1, atol=1e-3)


def test_the_same_inputs_give_the_same_bytes(project, tmp_path):
    build_index(project / "one.keras", project / "shards", project / "photos", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert filecmp.cmpfiles(project / "index", tmp_path, FILES, shallow=False) == (FILES, [], [])


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_set_is_nearest_to_itself_and_found_with_its_theme(project, index, split):
    for set_id, features in zip(*features_of(project, split), strict=True):
        [found] = index.nearest_sets(features[np.newaxis], 4)
        assert found[0].distance == pytest.approx(0, abs=1e-3) and len(found) == 4
        assert found[0].set_id == set_id
        # The second digit before the variant tells the label; see tests/small_shards.py.
        assert found[0].theme == LABELS[int(set_id[-4])]


def test_photos_are_no_sets_but_were_learned_from(index):
    photo = index.features[0].astype(np.float32)
    assert len(index.nearest_sets(photo[np.newaxis], 100)[0]) == 21
    among_learned = np.sort(1 - index.features[:15].astype(np.float32) @ photo)[4]
    assert index.distances(photo[np.newaxis])[0] == pytest.approx(among_learned, abs=1e-6)


def test_to_look_up_is_to_find_both_at_once(index):
    features = index.features[:5]
    distances, sets = index.look_up(features, 3)
    np.testing.assert_array_equal(distances, index.distances(features))
    assert sets == index.nearest_sets(features, 3)


def validation_views(project: Path) -> np.ndarray:
    """Return the validation pictures as they are and in all photograph-like views, float32 [30, size, size, 3]."""
    views = with_photo_views(read_split(project / "shards", "validation"), FILL)
    return np.stack([one["image"] for one in views.as_numpy_iterator()])


def test_nearly_all_views_of_the_validation_pictures_lie_within_the_limit(project, index):
    seen = KerasRuntime.load(project / "one.keras").see(validation_views(project))
    distances = index.distances(seen.features)
    assert len(distances) == 30
    assert np.sum(distances > np.float32(index.summary.limit)) == 1


def test_the_pictures_come_first_and_then_views_that_all_differ(project):
    plain, *views = np.split(validation_views(project), 5)
    pictures = [one["image"] for one in read_split(project / "shards", "validation").as_numpy_iterator()]
    np.testing.assert_array_equal(plain, pictures)
    assert all(np.abs(one - other).mean() > 1 for one, other in combinations([plain, *views], 2))


def test_black_features_are_far_from_everything(index):
    assert index.distances(np.zeros((1, 64), np.float32)) == 1 > index.summary.limit


def test_a_near_set_has_its_name_year_and_page_where_they_are_known(project, tmp_path):
    facts = {"500-1": SetFacts("Super Car", "1994", "https://example.org/500-1/"), "501-1": SetFacts("", "", "")}
    build_index(project / "one.keras", project / "shards", project / "photos", tmp_path, facts)
    index = Index(tmp_path)
    [found] = index.nearest_sets(index.features[3:4].astype(np.float32), 100)
    known = {one.set_id: one for one in found}
    assert found[0] == NearSet("500-1", "Super Car", 1994, "blue", found[0].distance, "https://example.org/500-1/")
    assert (known["501-1"].name, known["501-1"].year, known["501-1"].page) == ("", None, None)


def test_facts_come_from_the_table_and_the_address_of_a_page():
    table = pandas.DataFrame({"set_id": ["8880-1", "a/b"], "name": ["Super Car", ""], "year": ["1994", ""]})
    page = "https://example.org/{set_id}/"
    assert set_facts(table, page) == {
        "8880-1": SetFacts("Super Car", "1994", "https://example.org/8880-1/"),
        "a/b": SetFacts("", "", "https://example.org/a%2Fb/"),
    }
    assert [facts.page for facts in set_facts(table, None).values()] == ["", ""]


def test_an_index_without_names_and_years_is_refused(project, tmp_path):
    for file in FILES:
        (tmp_path / file).write_bytes((project / "index" / file).read_bytes())
    write_csv(read_csv(tmp_path / "pictures.csv")[["set_id", "label", "split"]], tmp_path / "pictures.csv")
    with pytest.raises(UserError, match="columns of its table are others"):
        Index(tmp_path)


def test_a_folder_without_an_index_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"no index of features.*dvc repro --force index"):
        Index(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_an_index_with_a_part_missing_or_cut_off_is_refused(project, tmp_path, name):
    for file in FILES:
        content = (project / "index" / file).read_bytes()
        (tmp_path / file).write_bytes(content[: len(content) // 2] if file == name else content)
    with pytest.raises(UserError, match="no index of features"):
        Index(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(UserError, match="no index of features"):
        Index(tmp_path)


def test_what_an_interrupted_run_leaves_is_no_index(project, tmp_path):
    write_json(json.loads((project / "index" / "index.json").read_text()), tmp_path / "out" / "index.json")
    broken = write_shards(tmp_path / "shards")
    next(broken.glob("validation-*")).unlink()
    with pytest.raises(UserError, match="validation"):
        build_index(project / "one.keras", broken, project / "photos", tmp_path / "out")
    with pytest.raises(UserError, match="no index of features"):
        Index(tmp_path / "out")


def test_shards_of_other_labels_are_refused(project, tmp_path):
    shards = write_shards(tmp_path / "shards")
    write_summary(shards, replace(read_summary(shards), labels=["blue", "green", "pink"]))
    with pytest.raises(UserError, match=r"knows the themes blue, green, red on 32 px.*blue, green, pink on 32 px"):
        build_index(project / "one.keras", shards, project / "photos", tmp_path / "index")
