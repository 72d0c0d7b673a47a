from collections.abc import Callable
from pathlib import Path

import pytest

from themer.base.errors import UserError
from themer.base.params_file import load_params, parse_params


def test_the_projects_own_params_are_valid(params):
    assert parse_params(params).source.command[:3] == ["python", "-m", "sample"]


WRONG = {
    "unknown source": (
        {"fetch.source": "sampel"},
        'params.yaml: fetch.source: unknown source "sampel" (did you mean "sample"?). '
        "Known sources: sample, live, rebrickable.",
    ),
    "negative rate": (
        {"sources.live.pictures_per_second": -1},
        "params.yaml: sources.live.pictures_per_second: Input should be greater than 0, but it is -1.",
    ),
    "theme listed twice": (
        {"regroup.groups.MiniFig": ["Bionicle"]},
        'params.yaml: regroup: groups: "MiniFig" and "Technic/Bionicle" both list the theme "Bionicle". '
        "Keep it in one of them.",
    ),
    "theme named twice by one group": (
        {"regroup.groups.MiniFig": ["VIDIYO", "VIDIYO"]},
        'params.yaml: regroup: groups: "MiniFig" names the theme "VIDIYO" twice. Remove one of them.',
    ),
    "theme below a listed one": (
        {"regroup.groups.MiniFig": ["Duplo / Disney / Cars"]},
        'params.yaml: regroup: groups: "Duplo / Disney / Cars" is below "Duplo", and the groups list both. '
        "Keep one of the two.",
    ),
    "only one group": (
        {"regroup.groups": {"MiniFig": ["VIDIYO"]}},
        "params.yaml: regroup: groups: a classifier needs at least two groups, but there are 1.",
    ),
    "size 0": (
        {"resize.size": 0},
        "params.yaml: resize.size: Input should be greater than or equal to 32, but it is 0.",
    ),
    "split over 1": (
        {"regroup.split.test": 0.5},
        "params.yaml: regroup.split: train + validation + test must add up to 1, but they add up to 1.3.",
    ),
    "misspelt network": ({"train.network": "resnet"}, "but it is 'resnet' (did you mean \"resnet50\"?)."),
    "network from scratch among several": (
        {"train.network": ["lego_cnn", "efficientnet_lite0"]},
        "params.yaml: train.network.0: Input should be 'convnext_tiny', ",
    ),
    "reason why a network from scratch can't be among several": (
        {"train.network": ["efficientnet_lite0", "lego_cnn"]},
        "or 'vgg16', but it is 'lego_cnn'. A list takes pretrained networks only.",
    ),
    "no network": (
        {"train.network": []},
        "params.yaml: train.network: List should have at least 1 item, but it is [].",
    ),
    "network twice": (
        {"train.network": ["vgg16", "resnet50", "vgg16"]},
        "params.yaml: train: network: name each network once, but it is ['vgg16', 'resnet50', 'vgg16'].",
    ),
    "weights file for several networks": (
        {"train.network": ["vgg16", "resnet50"], "train.weights": "some.keras"},
        "params.yaml: train: weights: one file can't fit 2 networks. Write imagenet or none.",
    ),
    "misspelt weights": (
        {"train.weights": "imagnet"},
        'params.yaml: train.weights: "imagnet" is not imagenet, none or a file ending in .weights.h5, .h5 or .keras '
        '(did you mean "imagenet"?).',
    ),
    "weights file for a network without a backbone": (
        {"train.network": "lego_cnn", "train.weights": "some.keras"},
        "params.yaml: train: weights: lego_cnn is always trained from scratch and takes no weights file, "
        "but weights is 'some.keras'. ",
    ),
    "no epochs from scratch": (
        {"train.network": "lego_cnn", "train.epochs": 0},
        "params.yaml: train: epochs: 0 leaves lego_cnn untrained, since it has no pretrained weights.",
    ),
    "no epochs without weights": (
        {"train.network": "resnet50", "train.weights": "none", "train.epochs": 0},
        "params.yaml: train: epochs: 0 leaves resnet50 untrained, since it has no pretrained weights.",
    ),
    "warm-up for all epochs": (
        {"train.epochs": 3, "train.warm_up_epochs": 3},
        "params.yaml: train: warm_up_epochs: must be fewer than epochs (3), but it is 3. Write 0, or raise epochs.",
    ),
    "text for a number": (
        {"train.epochs": "ten"},
        "params.yaml: train.epochs: Input should be a valid integer, but it is 'ten'.",
    ),
    "negative number of epochs": (
        {"train.epochs": -1},
        "params.yaml: train.epochs: Input should be greater than or equal to 0, but it is -1.",
    ),
    "one fold": (
        {"cross_validate.folds": 1},
        "params.yaml: cross_validate.folds: 1 fold leaves no training pictures. Write 0 to skip cross-validation",
    ),
    "address without a scheme": (
        {"sources.live.rebrickable": "cdn.rebrickable.com"},
        "params.yaml: sources.live.rebrickable: Input should be a valid URL, relative URL without a base, "
        "but it is 'cdn.rebrickable.com'.",
    ),
    "placeholder without a command": (
        {"sources.live.rebrickable": "{url}"},
        "params.yaml: sources.live: {url} stands for the address that `command` prints, but there is no `command`.",
    ),
    "one page for all sets": (
        {"sources.live.set_page": "https://example.org/sets/"},
        'params.yaml: sources.live.set_page: "https://example.org/sets/" would be the same page for every set. '
        "Write {set_id} where the number belongs.",
    ),
    "page with another scheme": (
        {"sources.live.set_page": "javascript:alert({set_id})"},
        "params.yaml: sources.live.set_page: URL scheme should be 'http' or 'https'",
    ),
    "share over 1": (
        {"photos.train": 1.5},
        "params.yaml: photos.train: Input should be less than or equal to 1, but it is 1.5.",
    ),
    "no accepted risk": (
        {"export.accepted_risk": 0},
        "params.yaml: export.accepted_risk: Input should be greater than 0, but it is 0.",
    ),
    "imbalance without a method": (
        {"train.imbalance": "focal_loss"},
        "params.yaml: train.imbalance: Input should be 'none', 'class_weights' or 'balanced_sampling', "
        "but it is 'focal_loss'.",
    ),
    "relabelled as no group": (
        {"regroup.relabel": {"8684-1": "Minifig"}},
        'params.yaml: regroup: relabel: 8684-1: there is no label "Minifig" (did you mean "MiniFig"?). Known labels: ',
    ),
    "relabelled as a number": (
        {"regroup.relabel": {"8684-1": 5}},
        "params.yaml: regroup.relabel.8684-1: Input should be a valid string, but it is 5.",
    ),
    "no pictures in a cell": (
        {"evaluate.mistakes": 0},
        "params.yaml: evaluate.mistakes: Input should be greater than or equal to 1, but it is 0.",
    ),
    "too many pictures in a cell": (
        {"evaluate.mistakes": 21},
        "params.yaml: evaluate.mistakes: Input should be less than or equal to 20, but it is 21.",
    ),
    "text for a choice": (
        {"cross_validate.other_splits": "no"},
        "params.yaml: cross_validate.other_splits: Input should be a valid boolean, but it is 'no'.",
    ),
    "terms other than text": (
        {"sources.sample.terms": ["mine"]},
        "params.yaml: sources.sample.terms: Input should be a valid string, but it is ['mine'].",
    ),
    "another day than any": (
        {"fetch.snapshot": "2026-02-30"},
        "params.yaml: fetch.snapshot: '2026-02-30' is not a day. Write it like '2026-11-22'.",
    ),
    "a day in another form": (
        {"fetch.snapshot": "20261122"},
        "params.yaml: fetch.snapshot: '20261122' is not a day. Write it like '2026-11-22'.",
    ),
    "a switch for a number": (
        {"export.views": True},
        "params.yaml: export.views: Input should be a valid integer, but it is True.",
    ),
    "address with a query": (
        {"sources.live.rebrickable": "https://example.org/?key=1"},
        'params.yaml: sources.live.rebrickable: "https://example.org/?key=1" has a space, ? or #, but paths are '
        "appended to it. Write only the part before these.",
    ),
    "placeholder after a scheme": (
        {"sources.sample.rebrickable": "ftp://{url}"},
        "params.yaml: sources.sample.rebrickable: URL scheme should be 'http' or 'https', but it is 'ftp://{url}'.",
    ),
    "label like that of other themes": (
        {"regroup.groups.none of These-themes": ["Castle"]},
        'params.yaml: regroup: groups: "none of These-themes" could not be told from the answer '
        '"none of these themes". Rename it.',
    ),
    "label like an abstention": (
        {"regroup.groups.Not sure": ["Castle"]},
        'params.yaml: regroup: groups: "Not sure" could not be told from the answer "not sure". Rename it.',
    ),
    "label like a column": (
        {"regroup.groups.label": ["Castle"]},
        'params.yaml: regroup: groups: "label" is already a column of the tables of predictions, which have one for '
        "each label. Rename it.",
    ),
    "two labels with one folder": (
        {"regroup.groups.Technic-Bionicle": ["Castle"]},
        'params.yaml: regroup: groups: "Technic-Bionicle" and "Technic/Bionicle" would share '
        "data/photos/technic-bionicle. Rename one.",
    ),
    "label like Other": (
        {"regroup.groups.other": ["Castle"], "regroup.other": True},
        'params.yaml: regroup: groups: "Other" and "other" would share data/photos/other. Rename one.',
    ),
    "NUL in a command": (
        {"sources.sample.command": ["python", "a\0b"]},
        "params.yaml: sources.sample.command.1: 'a\\x00b' has a character that is not allowed in text. Remove it.",
    ),
    "NUL in a key": (
        {"regroup.relabel": {"\0": None}},
        "'\\x00' has a character that is not allowed in text. Remove it.",
    ),
    "no pictures at all": (
        {"fetch.source": "rebrickable", "download.rebrickable_pictures": False},
        'params.yaml: download.rebrickable_pictures: is false, but the source "rebrickable" has no brick_insights',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_named_with_its_key(case, write_params: Callable[..., Path]):
    changes, message = WRONG[case]
    with pytest.raises(UserError) as error:
        load_params(write_params(changes))
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["my.mirror", "mirror[1]"])
def test_a_source_that_dvc_could_not_find_by_its_name_is_refused(params, name):
    params["sources"][name] = {"rebrickable": "https://example.org"}
    with pytest.raises(UserError) as error:
        parse_params(params)
    assert f'sources: "{name}": DVC looks up the source as sources.{name}' in str(error.value)


@pytest.mark.parametrize("name", ["my-mirror", "my mirror", "Übung", "x" * 60])
def test_a_source_may_have_any_other_name(params, name):
    params["sources"][name] = {"rebrickable": "https://example.org"}
    params["fetch"]["source"] = name
    assert parse_params(params).source.rebrickable == "https://example.org"


@pytest.mark.parametrize("name", ["a/b", "a\\\\b", "", "x" * 250, "a\nb", "${x}", 'a"b'])
def test_a_source_with_a_name_that_is_none_is_refused(params, name):
    params["sources"][name] = {"rebrickable": "https://example.org"}
    with pytest.raises(UserError, match="a name has 1 to 60 characters, none of them"):
        parse_params(params)


@pytest.mark.parametrize("name", ["", " ", "Castle ", "Cas\ntle", "Cas\u202etle", "x" * 61, "?!"])
def test_a_label_with_a_name_that_is_none_is_refused(params, name):
    params["regroup"]["groups"][name] = ["Castle"]
    with pytest.raises(UserError, match="a name has 1 to 60 printable characters, including a letter or digit"):
        parse_params(params)


@pytest.mark.parametrize(
    "name",
    ["Castle & Co.", "Замок", "=1+1", "城", "x" * 60, "NA", "Castle / Forestmen", "Label", "split", "sure thing"],
)
def test_a_label_may_have_any_other_name(params, name):
    params["regroup"]["groups"][name] = ["Castle"]
    assert name in parse_params(params).regroup.groups


TOO_LARGE = {
    "sources.live.api_requests_per_minute": 60_000,
    "sources.live.pictures_per_second": 1000,
    "download.connect_timeout_seconds": 3600,
    "download.read_timeout_seconds": 3600,
    "download.maximum_retry_after_seconds": 86_400,
    "download.maximum_bytes": 1_000_000_000,
    "fetch.limit": 10_000_000,
}


@pytest.mark.parametrize("key", TOO_LARGE)
@pytest.mark.parametrize("value", [1e308, 10**12])
def test_a_value_beyond_all_measure_is_refused_with_the_largest_one(write_params, key, value):
    value = value if isinstance(value, int) or key.endswith(("seconds", "minute", "second")) else 10**30
    with pytest.raises(UserError, match=f"{key}: Input should be less than or equal to {TOO_LARGE[key]}"):
        load_params(write_params({key: value}))


@pytest.mark.parametrize("key", [key for key in TOO_LARGE if key.endswith(("minute", "second"))])
def test_a_rate_that_would_never_ask_is_refused(write_params, key):
    with pytest.raises(UserError, match=f"{key}: the rate must be 0.001 or more"):
        load_params(write_params({key: 1e-300}))


def test_an_unknown_network_is_named_with_the_known_ones(write_params):
    with pytest.raises(UserError, match=r"params.yaml: train.network: .*efficientnet_lite0.*lego_cnn.* 'vgg61'"):
        load_params(write_params({"train.network": "vgg61"}))


def test_a_misspelt_network_among_several_is_named_with_its_place_and_the_closest_one(write_params):
    message = r"^params.yaml: train.network.1: .* but it is 'resnet' \(did you mean \"resnet50\"\?\)\.$"
    with pytest.raises(UserError, match=message):
        load_params(write_params({"train.network": ["efficientnet_lite0", "resnet"]}))


@pytest.mark.parametrize("networks", [["vgg16"], ["resnet50", "efficientnet_lite0", "efficientnet_lite2"]])
def test_networks_side_by_side_keep_their_order(networks, write_params):
    found = load_params(write_params({"train.network": networks})).train
    assert found.networks == networks and found.is_pretrained


def test_one_network_is_a_list_of_one(params):
    params["train"]["network"] = "lego_cnn"
    assert parse_params(params).train.networks == ["lego_cnn"]


def test_a_pretrained_network_without_epochs_may_have_a_longer_warm_up(params):
    params["train"].update(epochs=0, warm_up_epochs=1)
    assert parse_params(params).train.epochs == 0


@pytest.mark.parametrize(
    ("network", "weights", "is_pretrained"),
    [
        ("efficientnet_lite0", "imagenet", True),
        ("vgg16", "some.weights.h5", True),
        ("efficientnet_lite0", "none", False),
        ("lego_cnn", "imagenet", False),
        (["efficientnet_lite0", "vgg16"], "imagenet", True),
        (["efficientnet_lite0", "vgg16"], "none", False),
    ],
)
def test_a_network_is_pretrained_if_it_has_a_backbone_with_weights(params, network, weights, is_pretrained):
    params["train"].update(network=network, weights=weights)
    assert parse_params(params).train.is_pretrained == is_pretrained


def test_a_source_needs_no_terms(params):
    del params["sources"]["sample"]["terms"]
    assert parse_params(params).source.terms is None


def test_a_rate_per_second_becomes_a_rate_per_minute(params):
    params["sources"]["sample"]["pictures_per_second"] = 4
    assert parse_params(params).source.pictures_per_minute == 240
    params["sources"]["sample"]["pictures_per_second"] = None
    assert parse_params(params).source.pictures_per_minute is None


@pytest.mark.parametrize("mistakes", [1, 20])
def test_a_cell_holds_up_to_twenty_mistakes(params, mistakes):
    params["evaluate"]["mistakes"] = mistakes
    assert parse_params(params).evaluate.mistakes == mistakes


def test_an_empty_label_leaves_a_set_out_also_as_text(params):
    params["regroup"]["relabel"] = {"8684-1": "", "0011-2": None, "8880-1": "MiniFig"}
    assert parse_params(params).regroup.relabel == {"8684-1": None, "0011-2": None, "8880-1": "MiniFig"}


def test_a_set_may_be_relabelled_as_other_only_if_that_label_exists(params):
    params["regroup"].update(relabel={"8684-1": "Other", "0011-2": None}, other=True)
    assert parse_params(params).regroup.relabel == {"8684-1": "Other", "0011-2": None}
    params["regroup"]["other"] = False
    with pytest.raises(UserError, match='no label "Other"'):
        parse_params(params)
