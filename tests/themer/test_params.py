from collections.abc import Callable
from pathlib import Path

import pytest

from themer.base.errors import UserError
from themer.base.params import load_params, parse_params


def test_the_projects_own_params_are_valid(params):
    assert parse_params(params).source.command[:3] == ["python", "-m", "sample"]


WRONG = {
    "unknown source": (
        {"fetch.source": "sampel"},
        'params.yaml: fetch.source: unknown source "sampel" (did you mean "sample"?). '
        "Described under sources: sample, live, rebrickable.",
    ),
    "negative rate": (
        {"sources.live.pictures_per_second": -1},
        "params.yaml: sources.live.pictures_per_second: Input should be greater than 0, but it is -1.",
    ),
    "theme claimed twice": (
        {"regroup.groups.MiniFig": ["Bionicle"]},
        'params.yaml: regroup: groups: "MiniFig" and "Technic/Bionicle" both claim the theme "Bionicle". '
        "Give it to one of them.",
    ),
    "theme within a claimed one": (
        {"regroup.groups.MiniFig": ["Duplo / Disney / Cars"]},
        'params.yaml: regroup: groups: "Duplo / Disney / Cars" lies within "Duplo", which is claimed as well. '
        "Keep one of the two rules.",
    ),
    "size 0": (
        {"resize.size": 0},
        "params.yaml: resize.size: Input should be greater than or equal to 32, but it is 0.",
    ),
    "split over 1": (
        {"regroup.split.test": 0.5},
        "params.yaml: regroup.split: train + validation + test must add up to 1, but they add up to 1.3.",
    ),
    "misspelt key": (
        {"train.learning_rat": 0.1},
        'params.yaml: train.learning_rat: unknown key (did you mean "learning_rate"?). Known here: network, ',
    ),
    "misspelt key of a source": (
        {"sources.live.rebrickabel": "https://example.org"},
        'params.yaml: sources.live.rebrickabel: unknown key (did you mean "rebrickable"?). Known here: brick_insights',
    ),
    "misspelt section": ({"trian": {}}, 'params.yaml: trian: unknown key (did you mean "train"?). Known here: fetch, '),
    "misspelt network": ({"train.network": "resnet"}, "but it is 'resnet' (did you mean \"resnet50\"?)."),
    "misspelt weights": (
        {"train.weights": "imagnet"},
        'params.yaml: train.weights: "imagnet" is not imagenet, none or a file ending in .weights.h5, .h5 or .keras '
        '(did you mean "imagenet"?).',
    ),
    "a file for a network without backbone": (
        {"train.network": "lego_cnn", "train.weights": "some.keras"},
        "params.yaml: train: weights: lego_cnn always learns from scratch and takes no file, but it is 'some.keras'. ",
    ),
    "no epochs from scratch": (
        {"train.network": "lego_cnn", "train.epochs": 0},
        "params.yaml: train: epochs: 0 leaves lego_cnn as it began, since no weights were learned before.",
    ),
    "no epochs without weights": (
        {"train.network": "resnet50", "train.weights": "none", "train.epochs": 0},
        "params.yaml: train: epochs: 0 leaves resnet50 as it began, since no weights were learned before.",
    ),
    "warming up all the time": (
        {"train.epochs": 3, "train.warm_up_epochs": 3},
        "params.yaml: train: warm_up_epochs: must be fewer than epochs (3), but it is 3.",
    ),
    "text for a number": (
        {"train.epochs": "ten"},
        "params.yaml: train.epochs: Input should be a valid integer, but it is 'ten'.",
    ),
    "no address": (
        {"sources.live.rebrickable": "cdn.rebrickable.com"},
        "params.yaml: sources.live.rebrickable: Input should be a valid URL, relative URL without a base, "
        "but it is 'cdn.rebrickable.com'.",
    ),
    "placeholder without command": (
        {"sources.live.rebrickable": "{url}"},
        "params.yaml: sources.live: {url} stands for what `command` prints, but there is no `command`.",
    ),
    "one page for all sets": (
        {"sources.live.set_page": "https://example.org/sets/"},
        'params.yaml: sources.live.set_page: "https://example.org/sets/" is the same for every set. '
        "Write {set_id} where the number of the set belongs.",
    ),
    "page with another scheme": (
        {"sources.live.set_page": "javascript:alert({set_id})"},
        "params.yaml: sources.live.set_page: URL scheme should be 'http' or 'https'",
    ),
    "share over 1": (
        {"photos.train": 1.5},
        "params.yaml: photos.train: Input should be less than or equal to 1, but it is 1.5.",
    ),
    "relabelled as what no group is called": (
        {"regroup.relabel": {"8684-1": "Minifig"}},
        'params.yaml: regroup: relabel: 8684-1: there is no label "Minifig" (did you mean "MiniFig"?). Known here: ',
    ),
    "relabelled as a number": (
        {"regroup.relabel": {"8684-1": 5}},
        "params.yaml: regroup.relabel.8684-1: Input should be a valid string, but it is 5.",
    ),
    "set number read as a number": (
        {"regroup.relabel": {9: None}},
        "params.yaml: regroup.relabel.9: this key was read as int, not as text, and may not be what the file says.",
    ),
    "no pictures in a cell": (
        {"evaluate.mistakes": 0},
        "params.yaml: evaluate.mistakes: Input should be greater than or equal to 1, but it is 0.",
    ),
    "more pictures in a cell than can be looked at": (
        {"evaluate.mistakes": 21},
        "params.yaml: evaluate.mistakes: Input should be less than or equal to 20, but it is 21.",
    ),
    "text for a choice": (
        {"cross_validate.other_splits": "no"},
        "params.yaml: cross_validate.other_splits: Input should be a valid boolean, but it is 'no'.",
    ),
    "fewer epochs than none": (
        {"original.epochs": -1},
        "params.yaml: original.epochs: Input should be greater than or equal to 0, but it is -1.",
    ),
    "misspelt key of a section with one": (
        {"original.epoch": 12},
        'params.yaml: original.epoch: unknown key (did you mean "epochs"?). Known here: epochs.',
    ),
    "terms that are no text": (
        {"sources.sample.terms": ["mine"]},
        "params.yaml: sources.sample.terms: Input should be a valid string, but it is ['mine'].",
    ),
    "no pictures at all": (
        {"fetch.source": "rebrickable", "download.rebrickable_pictures": False},
        'params.yaml: download.rebrickable_pictures: is false, but the source "rebrickable" has no brick_insights',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_with_its_key(case, write_params: Callable[..., Path]):
    changes, message = WRONG[case]
    with pytest.raises(UserError) as error:
        load_params(write_params(changes))
    assert message in str(error.value)


def test_an_unknown_network_is_named_with_the_known_ones(write_params):
    with pytest.raises(UserError, match=r"params.yaml: train.network: .*efficientnet_lite0.*lego_cnn.* 'vgg61'"):
        load_params(write_params({"train.network": "vgg61"}))


def test_every_mistake_is_named_at_once(write_params):
    with pytest.raises(UserError) as error:
        load_params(write_params({"resize.size": 0, "train.epochs": -1}))
    assert len(str(error.value).splitlines()) == 2


def test_without_epochs_a_pretrained_network_needs_no_shorter_warm_up(params):
    params["train"].update(epochs=0, warm_up_epochs=1)
    assert parse_params(params).train.epochs == 0


def test_a_source_needs_no_terms(params):
    del params["sources"]["sample"]["terms"]
    assert parse_params(params).source.terms is None


@pytest.mark.parametrize("mistakes", [1, 20])
def test_a_cell_holds_up_to_twenty_mistakes(params, mistakes):
    params["evaluate"]["mistakes"] = mistakes
    assert parse_params(params).evaluate.mistakes == mistakes


def test_a_set_may_be_relabelled_as_other_where_there_is_such_a_label(params):
    params["regroup"].update(relabel={"8684-1": "Other", "0011-2": None}, other=True)
    assert parse_params(params).regroup.relabel == {"8684-1": "Other", "0011-2": None}
    params["regroup"]["other"] = False
    with pytest.raises(UserError, match='no label "Other"'):
        parse_params(params)


def test_a_missing_key_is_named(params):
    del params["train"]["seed"]
    with pytest.raises(UserError, match="params.yaml: train.seed: missing"):
        parse_params(params)


def test_an_unquoted_date_is_explained(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("fetch: {source: sample, snapshot: 2026-11-22}")
    with pytest.raises(UserError, match="in quotes"):
        load_params(path)


@pytest.mark.parametrize("text", ["fetch: [", "- a\n- list", ""])
def test_what_is_no_mapping_is_refused_without_a_traceback(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml"):
        load_params(path)


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        load_params(tmp_path / "params.yaml")
