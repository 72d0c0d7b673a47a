import filecmp
import json
import shutil
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas
import pytest
from PIL import Image

from stages import paths
from tests.promises import NOTHING_HELD_OUT, promises
from tests.small_shards import FILL, LABELS, write_shards
from tests.themer.small_model import small_model
from themer.answering.index import Index, NearSet
from themer.answering.runtime import LiteRuntime
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.tables import read_csv
from themer.exporting.index_writer import SetFacts, limit_views, set_facts, write_index
from themer.exporting.thresholds import choose_thresholds
from themer.features.embedding import numbered, unchanged
from themer.pictures.images import encode_png
from themer.shards.files import Example, read_examples, read_summary, write_split, write_summary
from themer.training.confidence import ALWAYS_ABSTAIN

FILES = ["boundary.npy", "features.npy", "index.json", "pictures.csv", "shares.csv", "validation.csv"]
OTHERS = {"other_train": 12, "other_validation": 4, "other_test": 2}
OTHER_PHOTOS = {"other_train": 12}
FACTS = {"500-1": SetFacts("Super Car", "1994", "https://example.org/500-1/"), "501-1": SetFacts("", "", "")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_model(tmp_path_factory)


@pytest.fixture(scope="module")
def runtime(project: Path) -> LiteRuntime:
    return LiteRuntime(project / paths.model)


@pytest.fixture(scope="module")
def index(project: Path) -> Index:
    return Index(project / paths.index)


def pictures_of(project: Path, split: str) -> tuple[list[str], np.ndarray]:
    """Return the numbers of a split's sets and their pictures."""
    examples = list(read_examples(project / paths.shards, split))
    return [example.set_id for example in examples], np.stack([example.pixels for example in examples])


def test_all_sets_and_training_photos_are_rows_of_length_one(index):
    splits = [picture.split for picture in index.pictures]
    assert splits == ["photos"] * 3 + ["train"] * 12 + ["validation"] * 6 + ["test"] * 3
    assert [picture.label for picture in index.pictures[:4]] == ["blue", "blue", "red", "blue"]
    assert index.features.shape == (24, 64) and index.features.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(index.features.astype(float), axis=1), 1, atol=1e-3)


@pytest.fixture(scope="module")
def with_others(project: Path, runtime: LiteRuntime, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the same sets and photos, of some with facts, and of sets and photos of other themes, all black."""
    shards, photos, folder = (tmp_path_factory.mktemp(name) for name in ("shards", "photos", "index"))
    add_black(project / paths.shards, shards, OTHERS, "City / Police", "{split} {number}")
    add_black(project / paths.photo_shards, photos, OTHER_PHOTOS, "None of these themes", "photos/none {number}")
    write_index(project / paths.model, shards, photos, folder, "with others", FACTS)
    return folder


def add_black(source: Path, shards: Path, counts: dict[str, int], theme: str, set_id: str) -> None:
    """Copy shards and add pictures of another theme, which are black with a white corner."""
    shutil.copytree(source, shards, dirs_exist_ok=True)
    for split, count in counts.items():
        examples = [black(set_id.format(split=split, number=number), number) for number in range(count)]
        write_split(shards, split, examples, 5)
    summary = read_summary(shards)
    write_summary(shards, replace(summary, pictures=summary.pictures | counts, other_themes=[theme]))


def black(set_id: str, number: int) -> Example:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[: 2 + number, : 2 + number] = 255
    return Example(set_id, 0, encode_png(Image.fromarray(pixels)))


def test_sets_and_photos_of_other_themes_are_in_the_index_with_their_theme(with_others):
    index = Index(with_others)
    splits = [picture.split for picture in index.pictures]
    assert splits[:39] == ["photos"] * 3 + ["other_photos"] * 12 + ["train"] * 12 + ["other_train"] * 12
    assert {picture.label for picture in index.pictures if picture.split in OTHERS} == {"City / Police"}
    assert {picture.label for picture in index.pictures[3:15]} == {"None of these themes"}


def test_photos_of_other_themes_are_training_pictures_but_no_sets(with_others):
    index = Index(with_others)
    known = index.boundary.probability(index.features)
    assert known[3:15].max() < 0.5 < known[15:27].min()
    _, [sets] = index.look_up(index.features[3:4], 100)
    assert len(sets) == 21 + sum(OTHERS.values())
    assert not any(found.set_id.startswith("photos/") for found in sets)


def test_the_boundary_tells_pictures_of_other_themes_that_no_boundary_was_fitted_to(with_others):
    index, shares = Index(with_others), read_csv(with_others / "shares.csv")
    known = index.boundary.probability(index.features)
    of_split = {name: known[[picture.split == name for picture in index.pictures]] for name in ("test", "other_test")}
    assert of_split["other_test"].max() < of_split["test"].min()
    assert set(shares["set_id"]) == {picture.set_id for picture in index.pictures if "test" not in picture.split}
    assert (shares["other"] == "yes").sum() == 16 + 12


def test_views_that_are_added_in_smaller_blocks_give_the_same_shares(project, tmp_path, monkeypatch):
    add_black(project / paths.shards, tmp_path / "shards", {"other_train": 40}, "City / Police", "{split} {number}")
    shares = []
    for tasks_at_once in (1, 100):
        monkeypatch.setattr("themer.exporting.boundary_writer.TASKS_AT_ONCE", tasks_at_once)
        write_index(project / paths.model, tmp_path / "shards", project / paths.photo_shards, tmp_path, "blocks", FACTS)
        shares.append(read_csv(tmp_path / "shares.csv")["share"].astype(float))
    np.testing.assert_allclose(*shares, atol=1e-4)
    assert np.ptp(shares[0]) > 0.5


def test_the_same_inputs_give_the_same_bytes(project, runtime, tmp_path):
    write_index(
        project / paths.model, project / paths.shards, project / paths.photo_shards, tmp_path, made_from="small model"
    )
    assert Index(tmp_path).summary.threshold == ALWAYS_ABSTAIN
    choose_thresholds(tmp_path, NOTHING_HELD_OUT, promises(accepted_risk=1.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert filecmp.cmpfiles(project / paths.index, tmp_path, FILES, shallow=False) == (FILES, [], [])


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_set_is_nearest_to_itself_and_found_with_its_theme(project, runtime, index, split):
    set_ids, pixels = pictures_of(project, split)
    _, nearest = index.look_up(runtime.run(pixels).features, 4)
    for set_id, found in zip(set_ids, nearest, strict=True):
        assert found[0].distance == pytest.approx(0, abs=1e-3) and len(found) == 4
        assert found[0].set_id == set_id
        # The second digit before the variant is the index of the label; see tests/small_shards.py.
        assert found[0].theme == LABELS[int(set_id[-4])]


def test_photos_are_not_sets_but_belong_to_the_training_pictures(index):
    photo = index.features[:1]
    distances, [sets] = index.look_up(photo, 100)
    assert len(sets) == 21
    to_training = np.sort(1 - index.features[:15] @ photo[0])
    assert distances[0] == pytest.approx(to_training[index.summary.neighbours - 1], abs=1e-6)


def test_validation_confidence_is_written_for_the_threshold(project, runtime):
    set_ids, pixels = pictures_of(project, "validation")
    table = read_csv(project / paths.index / "validation.csv")
    probabilities = runtime.run(pixels).probabilities
    assert list(table) == ["set_id", "confidence", "correct"] and table["set_id"].tolist() == set_ids
    np.testing.assert_array_equal(table["confidence"].to_numpy(np.float32), probabilities.max(axis=1))
    actual = [int(set_id[-4]) for set_id in set_ids]
    assert table["correct"].tolist() == np.where(probabilities.argmax(axis=1) == actual, "yes", "no").tolist()


@pytest.fixture(scope="module")
def validation_views(project: Path) -> np.ndarray:
    """The validation pictures unchanged and in all photograph-like views, uint8 [30, size, size, 3]."""
    pictures = list(numbered(read_examples(project / paths.shards, "validation")))
    return np.stack([draw(picture) for draw in (unchanged, *limit_views(FILL)) for picture in pictures])


def test_nearly_all_views_of_the_validation_pictures_are_within_the_limit(validation_views, runtime, index):
    distances = index.distances(runtime.run(validation_views).features)
    assert len(distances) == 30
    assert np.sum(distances > np.float32(index.summary.limit)) == 1


def test_all_views_differ(validation_views):
    plain, *views = np.split(validation_views, 5)
    assert all(np.abs(one.astype(int) - other).mean() > 1 for one, other in combinations([plain, *views], 2))


def test_features_of_zeros_are_too_far_from_every_training_picture(index):
    assert index.distances(np.zeros((1, 64), np.float32)) == 1 > index.summary.limit


def test_a_near_set_has_the_facts_that_are_known(with_others):
    index = Index(with_others)
    row = next(number for number, picture in enumerate(index.pictures) if picture.set_id == "500-1")
    _, [found] = index.look_up(index.features[row : row + 1], 100)
    by_id = {near.set_id: near for near in found}
    assert found[0] == NearSet("500-1", "Super Car", 1994, "blue", found[0].distance, "https://example.org/500-1/")
    assert (by_id["501-1"].name, by_id["501-1"].year, by_id["501-1"].page) == ("", None, None)


def test_facts_are_from_the_table_and_the_address_of_set_pages():
    table = pandas.DataFrame({"set_id": ["8880-1", "a/b"], "name": ["Super Car", ""], "year": ["1994", ""]})
    page = "https://example.org/{set_id}/"
    assert set_facts(table, page) == {
        "8880-1": SetFacts("Super Car", "1994", "https://example.org/8880-1/"),
        "a/b": SetFacts("", "", "https://example.org/a%2Fb/"),
    }
    assert [facts.page for facts in set_facts(table, None).values()] == ["", ""]


def test_an_interrupted_run_leaves_no_index(project, runtime, tmp_path):
    summary = json.loads((project / paths.index / "index.json").read_text())
    write_json(summary, tmp_path / "out" / "index.json")
    broken = write_shards(tmp_path / "shards")
    next(broken.glob("validation-*")).unlink()
    with pytest.raises(UserError, match="validation"):
        write_index(project / paths.model, broken, project / paths.photo_shards, tmp_path / "out", "small model")
    with pytest.raises(UserError, match="not an index of features"):
        Index(tmp_path / "out")


def test_shards_with_other_labels_are_refused(project, runtime, tmp_path):
    shards = write_shards(tmp_path / "shards")
    write_summary(shards, replace(read_summary(shards), labels=["blue", "green", "pink"]))
    with pytest.raises(UserError, match=r"red from pictures of 32 px, .* blue, green, pink and pictures of 32 px"):
        write_index(project / paths.model, shards, project / paths.photo_shards, tmp_path / "index", "small model")
