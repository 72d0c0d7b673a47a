import json
import re

import pytest

from stages.export import main
from tests.small_shards import FILL, LABELS, SIZE, settings, write_shards
from themer.answering.lite_runtime import LiteRuntime
from themer.base.files import file_sha256
from themer.base.model_description import Description
from themer.dataset.shards import ShardSummary, write_split, write_summary
from themer.networks.model_file import save_classifier
from themer.networks.registry import build

PATHS = {"model": "one.keras", "shards": "shards", "out": "models/one.tflite", "metrics": "metrics/export.json"}


@pytest.fixture
def folder(tmp_path):
    """A folder with shards and a classifier."""
    write_shards(tmp_path / "shards")
    description = Description(LABELS, SIZE, FILL, "lego_cnn", 1.0, 0.5)
    save_classifier(build(settings(), SIZE, 3), description, tmp_path / "one.keras")
    return tmp_path


def run(folder):
    main([f"--{name}={folder / path}" for name, path in PATHS.items()])


def test_a_model_is_exported_and_compared_on_every_test_picture(folder, capsys):
    run(folder)
    assert LiteRuntime(folder / "models/one.tflite").model_sha256 == file_sha256(folder / "one.keras")
    figures = json.loads((folder / "metrics/export.json").read_text())
    assert figures == {"pictures": 3, "bytes": (folder / "models/one.tflite").stat().st_size}
    told = re.search(
        r"the same answers for all 3 test pictures; no probability differs by more than (\S+)", capsys.readouterr().out
    )
    assert told and float(told[1]) <= 1e-4


def test_the_same_model_gives_the_same_bytes(folder):
    contents = []
    for _ in range(2):
        run(folder)
        contents.append([(folder / PATHS[name]).read_bytes() for name in ("out", "metrics")])
    assert contents[0] == contents[1]


def test_without_test_pictures_there_is_nothing_to_compare(folder):
    write_split(folder / "shards", "test", [], pictures_per_shard=5)
    write_summary(folder / "shards", ShardSummary(LABELS, SIZE, FILL, {"test": 0}))
    with pytest.raises(SystemExit, match="no pictures to compare"):
        run(folder)


def test_without_a_model_it_says_what_to_do(tmp_path):
    with pytest.raises(SystemExit, match=r"one\.keras: there is no model here yet. Run: dvc repro"):
        run(tmp_path)
