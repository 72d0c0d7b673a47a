import pytest

from themer.base.errors import UserError
from themer.base.params_file import load_params, parse_params

UNKNOWN = {
    "misspelt key": (
        {"train.learning_rat": 0.1},
        'params.yaml: train.learning_rat: unknown key (did you mean "learning_rate"?). Known keys: network, ',
    ),
    "misspelt key of a source": (
        {"sources.live.rebrickabel": "https://example.org"},
        'params.yaml: sources.live.rebrickabel: unknown key (did you mean "rebrickable"?). Known keys: brick_insights',
    ),
    "misspelt key of a nested section": (
        {"regroup.split.tset": 0.2},
        'params.yaml: regroup.split.tset: unknown key (did you mean "test"?). Known keys: train, validation, test.',
    ),
    "misspelt section": ({"trian": {}}, 'params.yaml: trian: unknown key (did you mean "train"?). Known keys: fetch, '),
    "misspelt key of a section with one key": (
        {"export.accepted_risks": 0.1},
        'params.yaml: export.accepted_risks: unknown key (did you mean "accepted_risk"?). Known keys: ',
    ),
    "key of another section": (
        {"train.accepted_risk": 0.1},
        'params.yaml: train.accepted_risk: unknown key (did you mean "export.accepted_risk"?). Known keys: network, ',
    ),
    "key outside its section": (
        {"accepted_risk": 0.1},
        'params.yaml: accepted_risk: unknown key (did you mean "export.accepted_risk"?). Known keys: fetch, ',
    ),
    "key of a nested section": (
        {"regroup.validation": 0.1},
        'params.yaml: regroup.validation: unknown key (did you mean "regroup.split.validation"?). Known keys: by, ',
    ),
    "unlike any key": ({"evaluate.colour": 1}, "params.yaml: evaluate.colour: unknown key. Known keys: confidence_le"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_key_is_named_with_the_key_that_was_meant(write_params, case):
    changes, message = UNKNOWN[case]
    with pytest.raises(UserError) as error:
        load_params(write_params(changes))
    assert message in str(error.value)


def test_every_section_with_the_key_is_suggested(write_params):
    with pytest.raises(
        UserError, match='mean "regroup.seed" or "photos.seed" or "train.seed" or "cross_validate.seed"'
    ):
        load_params(write_params({"resize.seed": 0}))


def test_every_mistake_is_named_at_once(write_params):
    with pytest.raises(UserError) as error:
        load_params(write_params({"resize.size": 0, "train.epochs": -1}))
    assert len(str(error.value).splitlines()) == 2


def test_a_missing_key_is_named(params):
    del params["train"]["seed"]
    with pytest.raises(UserError, match="params.yaml: train.seed: missing"):
        parse_params(params)


def test_a_set_number_that_yaml_reads_as_a_number_is_refused(write_params):
    with pytest.raises(UserError, match=r"params.yaml: regroup.relabel.9: YAML reads this key as int, not as text"):
        load_params(write_params({"regroup.relabel": {9: None}}))


def test_an_unquoted_date_is_explained(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("fetch: {source: sample, snapshot: 2026-11-22}")
    with pytest.raises(UserError, match="in quotes"):
        load_params(path)


@pytest.mark.parametrize("text", ["fetch: [", "- a\n- list", ""])
def test_a_file_without_a_mapping_is_refused_without_a_traceback(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"params\.yaml"):
        load_params(path)


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        load_params(tmp_path / "params.yaml")
