"""The diagram in README.md is that of the pipeline, as DVC itself sees it."""

import re

import yaml

from tests.conftest import PROJECT
from tools.diagram import dag, direct, flowchart, needs_of, with_diagram

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PRINTED = dag(PROJECT)


def test_the_readme_shows_the_pipeline_as_it_is():
    assert with_diagram(README, PRINTED) == README, "run: make diagram"


def test_another_stage_would_change_it():
    more = '\tnode98["first"]\n\tnode99["second"]\n\tnode98-->node99\n'
    assert "    first --> second\n" in with_diagram(README, PRINTED + more)


def test_every_stage_is_in_it():
    stages = set(yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"])
    assert set(re.findall(r"\w+", flowchart(direct(needs_of(PRINTED))).partition("LR")[2])) == stages


def test_arrows_that_follow_from_others_are_left_out():
    needs = {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"a", "b", "c"}}
    assert direct(needs) == {"a": set(), "b": {"a"}, "c": {"b"}, "d": {"c"}}
