import pytest
from dvc.utils.serialize import load_yaml

from themer.base.errors import UserError
from themer.base.params_file import load_params, parse_params, read_values

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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fetch: {snapshot: 2026-11-22}", "fetch.snapshot: YAML reads this as date, .* in quotes: '2026-11-22'"),
        ("fetch: {snapshot: 2026-11-22 10:00:00}", "fetch.snapshot: YAML reads this as datetime"),
        ("a: [x, !!binary aGk=]", "a.1: YAML reads this as bytes"),
        ("regroup: {relabel: {0011: MiniFig}}", "regroup.relabel.11: YAML reads this key as int.*becomes 11.*quotes"),
        ("regroup: {relabel: {2024-11-22: MiniFig}}", "regroup.relabel.2024-11-22: YAML reads this key as date"),
    ],
)
def test_what_yaml_does_not_read_as_text_is_named_with_the_spelling_to_use(tmp_path, text, message):
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        load_params(path)


# Where YAML 1.1, which PyYAML reads, and 1.2 differ, and where parsers have erred.
SPELLINGS = """\
3e-05; 3e-4; 3E4; 1e3; -1.5e-3; +.5; .5; 5.; 1_000; 0x1F; 0o17; 0b11; 010; -010; 08; 0; -0; +1; 1:30; 190:20:30; .inf; \
-.inf; .nan; .NaN; yes; no; on; off; Yes; true; True; TRUE; false; null; Null; NULL; ~; ""; 'a'; "3e-05"; '010'; ; \
2026-11-22; 2026-11-22T10:00:00Z; 8684-1; 0011-2; 0011; 1.0.0; a/b; []; {}; [1,2]; {a: 1}; !!str 1; !!float 3"""
DOCUMENTS = [
    "a: &one {b: 1}\nc: {<<: *one, d: 2}",
    "a: &one [1, 2]\nb: *one",
    "\ufeffa: 1",
    "a: 1\r\nb: yes\r\n",
    "a:\n- 1\n-\n",
    "a: |\n  text\n  3e-05\nb: >-\n  folded\n  text\n",
    "10: a\nfalse: b\n011: c\n2026-11-22: d\nyes: e\n",
    "my.mirror: {a-b: 1}\nÜbung: 2",
    "%YAML 1.1\n---\na: 010\nb: yes\n",
    "a: 1 # note\n# end\n...\n",
    "",
]


@pytest.mark.parametrize("text", [*(f"a: {word}" for word in SPELLINGS.split("; ")), *DOCUMENTS])
def test_values_are_those_that_dvc_reads(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_bytes(text.encode())
    # DVC takes an empty file for an empty mapping.
    assert repr(read_values(path) or {}) == repr(load_yaml(str(path)))


@pytest.mark.parametrize("word", ["yes", "no", "on", "off"])
def test_a_word_that_yaml_reads_as_text_is_no_switch_and_the_message_says_what_is(write_params, word):
    path = write_params({"regroup.other": "SWITCH"})
    path.write_text(path.read_text().replace("SWITCH", word))
    with pytest.raises(UserError, match=f"regroup.other: .*but it is '{word}'. Write true or false.$"):
        load_params(path)


def test_numbers_as_dvc_and_people_write_them_are_accepted(write_params):
    path = write_params({"train.learning_rate": "RATE", "train.seed": "SEED"})
    path.write_text(path.read_text().replace("RATE", "3e-05").replace("SEED", "010"))
    train = load_params(path).train
    assert (train.learning_rate, train.seed) == (0.00003, 10)


@pytest.mark.parametrize(
    "content",
    [
        b"fetch: [",
        b"- a\n- list",
        b"",
        b"a: 1\na: 2",
        b"\ta: 1",
        b"a: \xff",
        b"a: &a [*a]",
        b"[" * 3000,
        b"a: 2026-13-45",
        b"a: !!bool x",
        b"a: !own 1",
        b"? [a]\n: 1",
        b"---\na: 1\n---\nb: 1",
    ],
)
def test_a_file_without_a_mapping_is_refused_without_a_traceback(tmp_path, content):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"params\.yaml"):
        load_params(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb:\n\tc: 1", r"line 3: found character '\\t' that cannot start any token. .*Indent with spaces, not"),
        ("a: 1\na: [1, 2]", 'line 2: found duplicate key "a". Correct it there or above.$'),
        ("a: 1\n---\nb: 1", "line 2: expected a single document in the stream but found another document. Correct"),
        ("a: [1\nb: 2", "line 2: .*Correct it there or above.$"),
        ("a: !own 1", "line 1: could not determine a constructor for the tag '!own'. Correct it there or above.$"),
        ("a: " + "9" * 5000, "Exceeds the limit .* value has 5000 digits; .*limit.$"),
    ],
)
def test_what_is_not_yaml_is_named_with_its_line_in_one_sentence(tmp_path, text, message):
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=rf"params\.yaml: not valid YAML: {message}") as error:
        load_params(tmp_path / "params.yaml")
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"photos": None}, r"Write its keys below it, indented\.$"),
        ({"regroup.relabel": None}, r"Write its keys below it, indented, or {} for none\.$"),
        ({"regroup.groups.MiniFig": "VIDIYO"}, r"but it is 'VIDIYO'\. Write a list, such as \[a, b\]\.$"),
        ({"resize.fill": "white"}, r"but it is 'white'\. Write a list, such as \[a, b\]\.$"),
    ],
)
def test_a_value_of_another_shape_is_named_with_the_shape_to_write(write_params, changes, remedy):
    with pytest.raises(UserError, match=remedy):
        load_params(write_params(changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"resize.fill": [255, 255]}, "resize.fill: too short a list, since it is [255, 255]. Add what is missing."),
        ({"resize.fill": [255]}, "resize.fill: too short a list, since it is [255]. Add what is missing."),
        ({"resize.fill": [1, 2, 3, 4]}, "resize.fill: List should have at most 3 items, but it is [1, 2, 3, 4]."),
        ({"resize.fill": 5}, "resize.fill: Input should be a list, but it is 5. Write a list, such as [a, b]."),
        (
            {"regroup.groups.MiniFig": []},
            "regroup.groups.MiniFig: List should have at least 1 item, but it is [].",
        ),
        (
            {"photos": None},
            "photos: Input should be keys with values, but it is empty. Write its keys below it, indented.",
        ),
        (
            {"regroup.groups.None of these themes": ["Castle"]},
            'regroup: groups: "None of these themes" could not be told from the answer "none of these themes". '
            "Rename it.",
        ),
    ],
)
def test_a_message_is_one_line_in_plain_words(write_params, changes, message):
    with pytest.raises(UserError) as error:
        load_params(write_params(changes))
    assert str(error.value) == f"params.yaml: {message}"


def test_a_path_of_keys_is_no_key(params):
    params["train.epochs"] = 3
    with pytest.raises(
        UserError, match=r"train\.epochs: a dot does not lead into a section\. Write epochs below train\.$"
    ):
        parse_params(params)


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        load_params(tmp_path / "params.yaml")


@pytest.mark.parametrize("number", [".inf", ".nan"])
def test_a_number_without_end_is_refused(write_params, number):
    path = write_params({})
    path.write_text(path.read_text().replace("read_timeout_seconds: ", f"read_timeout_seconds: {number} # "))
    with pytest.raises(UserError, match="download.read_timeout_seconds: Input should be a"):
        load_params(path)
