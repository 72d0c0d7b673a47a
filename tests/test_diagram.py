"""The diagram in README.md shows the pipeline as `dvc dag` does."""

import re

import pytest
import yaml

from tests.conftest import PROJECT
from tools.diagram import dag, direct, flowchart, needs_of, with_diagram

README = (PROJECT / "README.md").read_text(encoding="utf-8")
STAGES = set(yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"])


@pytest.fixture(scope="module")
def printed() -> str:
    """What DVC says of this project."""
    return dag(PROJECT)


def test_the_readme_shows_the_pipeline_as_it_is(printed):
    assert with_diagram(README, printed) == README, "run: make docs"


def test_another_stage_would_change_it(printed):
    more = '\tnode98["first"]\n\tnode99["second"]\n\tnode98-->node99\n'
    assert "    first --> second\n" in with_diagram(README, printed + more)


def test_every_stage_is_in_it(printed):
    assert set(re.findall(r"\w+", flowchart(direct(needs_of(printed))).partition("LR")[2])) == STAGES


def test_every_stage_is_in_the_table_of_the_readme():
    assert {stage for stage in STAGES if f"| [{stage}](stages/{stage}.py) |" not in README} == set()


def test_arrows_that_follow_from_others_are_left_out():
    needs = {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"a", "b", "c"}}
    assert direct(needs) == {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"c"}}


def test_data_that_was_added_is_no_stage():
    graph = 'node1["data/photos.dvc"]\n node2["resize"]\n node1-->node2'
    assert needs_of(graph) == {"resize": set()}
