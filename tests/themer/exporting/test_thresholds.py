import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from scipy.stats import hypergeom

from tests.promises import NOTHING_HELD_OUT, promises
from themer.answering.index import IndexSummary, read_index_summary
from themer.base.tables import read_csv, write_csv
from themer.exporting.thresholds import (
    BOUNDARY_GRID,
    GRID,
    UNSUPPORTED,
    choose_thresholds,
    guaranteed_boundary,
    guaranteed_risk,
    guaranteed_threshold,
    independent_share,
    is_made_from,
    upper_bound,
    write_index_summary,
)
from themer.training.confidence import ALWAYS_ABSTAIN

SUMMARY = IndexSummary("0" * 64, 2, 4, 4, 5, 0.98, 0.123456789, ALWAYS_ABSTAIN, 0.0, "0123456789abcdef")


def held_out(confidence: list[float], correct: list[str], times: int) -> pandas.DataFrame:
    """Return held-out predictions, each of them as often, each of its own family."""
    names = [f"{number}-1" for number in range(times * len(confidence))]
    columns = {"confidence": confidence * times, "correct": correct * times}
    return pandas.DataFrame({"set_id": names, "family": names, **columns}).astype(str)


def alone(count: int) -> list[str]:
    """Return families of one picture each."""
    return [str(number) for number in range(count)]


def errors(wrong: int, total: int) -> np.ndarray:
    return np.arange(total) < wrong


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """The files of an index that thresholds need: a few validation predictions, and 400 pictures of other themes."""
    validation = held_out([0.9, 0.8], ["yes", "yes"], 10)
    write_csv(validation[["set_id", "confidence", "correct"]], tmp_path / "validation.csv")
    others = held_out([0.99], ["no"], 400)
    shares = np.where(np.arange(400) < 40, 0.65, 0.1)
    others["set_id"] = "other " + others["set_id"]
    table = others[["set_id", "family"]].assign(other="yes", share=shares, confidence=0.99)
    of_labels = validation[["set_id", "family"]].assign(other="no", share=1.0, confidence=validation["confidence"])
    write_csv(pandas.concat([of_labels, table]), tmp_path / "shares.csv")
    write_index_summary(SUMMARY, tmp_path)
    return tmp_path


def test_the_thresholds_are_the_lowest_that_keep_the_promises(index):
    predictions = held_out([0.95, 0.65], ["yes", "no"], 300)
    found = choose_thresholds(index, predictions.assign(set_id="unknown " + predictions["set_id"]), promises())
    assert found.risk.holds and found.other_themes.holds
    summary = read_index_summary(index)
    assert (summary.threshold, summary.boundary) == (0.66, 0.66)


def test_pictures_beyond_the_boundary_do_not_count_as_errors(index):
    """The wrong ones look like other themes, so they get no label."""
    predictions = held_out([0.96, 0.97], ["yes", "no"], 300)
    shares = predictions[["set_id", "family", "confidence"]].assign(other="no")
    for share, holds in ((0.1, True), (0.9, False)):
        wrong = predictions["correct"] == "no"
        others = pandas.read_csv(index / "shares.csv", dtype=str).query("other == 'yes'")
        own = shares.assign(share=np.where(wrong, share, 0.9))[list(others.columns)]
        write_csv(pandas.concat([others, own.assign(set_id="own " + own["set_id"])]), index / "shares.csv")
        named = predictions.assign(set_id="own " + predictions["set_id"])
        assert choose_thresholds(index, named, promises()).risk.holds == holds


def test_every_risk_can_be_accepted(index):
    choose_thresholds(index, held_out([0.9], ["no"], 9), promises(accepted_risk=1.0, accepted_other_themes=1.0))
    summary = read_index_summary(index)
    assert (summary.threshold, summary.boundary) == (0.0, 0.0)


def test_a_promise_that_the_data_can_t_support_is_known_as_such(index):
    found = choose_thresholds(index, held_out([0.9], ["no"], 300), promises())
    assert not found.risk.holds and found.risk.bound > 0.02
    assert read_index_summary(index).threshold == 0.95


def test_without_held_out_predictions_the_validation_pictures_decide(index):
    assert choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.4)).risk.holds
    assert not choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.02)).risk.holds


def test_validation_pictures_of_few_families_promise_less(index):
    alone = choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.4)).risk
    shares = read_csv(index / "shares.csv")
    shares.loc[shares["other"] == "no", "family"] = shares["set_id"].where(shares["set_id"] < "1", "one")
    write_csv(shares, index / "shares.csv")
    together = choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=0.4)).risk
    assert alone.holds and not together.holds


def test_only_the_thresholds_change(index):
    before = json.loads((index / "index.json").read_text())
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    after = json.loads((index / "index.json").read_text())
    assert {name for name in before if before[name] != after[name]} == {"threshold", "boundary"}


def test_choosing_again_gives_the_same_bytes(index):
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    once = (index / "index.json").read_bytes()
    choose_thresholds(index, NOTHING_HELD_OUT, promises(accepted_risk=1.0))
    choose_thresholds(index, NOTHING_HELD_OUT, promises())
    assert (index / "index.json").read_bytes() == once


def test_an_index_belongs_to_its_fingerprint_alone(index):
    assert is_made_from(index, "0123456789abcdef")
    assert not is_made_from(index, "fedcba9876543210")


@pytest.mark.parametrize("content", [None, "", "{", "{}", '{"made_from": "0123456789abcdef"}', "[]"])
def test_a_folder_without_a_valid_summary_is_not_up_to_date(index, content):
    (index / "index.json").unlink()
    if content is not None:
        (index / "index.json").write_text(content)
    assert not is_made_from(index, "0123456789abcdef")


@pytest.mark.parametrize(("wrong", "total"), [(1, 10), (3, 200), (8, 10)])
def test_more_errors_than_the_bound_in_as_many_new_pictures_are_as_rare_as_promised(wrong, total):
    """However the errors are shared out between the pictures at hand and the new ones."""
    allowed = round(total * upper_bound(errors(wrong, total), total, 0.95))
    chance = [hypergeom.cdf(wrong, 2 * total, wrong + new, total) for new in (allowed, allowed + 1)]
    assert chance[1] <= 0.05 < chance[0]


def test_without_pictures_or_without_a_correct_one_nothing_is_promised():
    assert upper_bound(np.empty(0, bool), 0, 0.95) == upper_bound(errors(4, 4), 4, 0.95) == 1


def test_many_pictures_of_few_families_promise_less():
    score, wrong, families = np.full(300, 0.9), errors(6, 300), [str(number // 6) for number in range(300)]
    shares = [independent_share(score >= 0.5, wrong, names, True) for names in (families, alone(300))]
    assert shares[0] < 0.5 < 0.95 < shares[1] <= 1
    bounds = [upper_bound(wrong, share * 300, 0.95) for share in shares]
    assert bounds[0] > 1.5 * bounds[1]


def test_without_errors_each_family_counts_once():
    families = [str(number // 6) for number in range(300)]
    assert independent_share(np.ones(300, bool), errors(0, 300), families, True) == 50 / 300
    assert upper_bound(errors(0, 300), 50, 0.95) == 4 / 50


def test_errors_at_the_laxest_threshold_tell_how_alike_families_are_at_stricter_ones():
    """At 0.9 there are no errors. Sixty families alone could not promise a risk of 2 %."""
    score, families = np.repeat([0.95, 0.55], [500, 100]), [str(number % 60) for number in range(600)]
    error = np.arange(600) % 23 == 0
    error[:500] = False
    assert guaranteed_threshold(score, error, families, True, limit=0.02, level=0.9, grid=GRID).holds


def test_the_threshold_is_the_lowest_that_keeps_the_limit():
    score = np.repeat([0.55, 0.75, 0.96], 400)
    error = (np.arange(1200) % 10 == 0) & (score == 0.55)
    found = guaranteed_threshold(score, error, alone(1200), True, limit=0.02, level=0.9, grid=GRID)
    assert (found.threshold, found.holds) == (0.56, True) and 0 < found.bound <= 0.02
    assert guaranteed_threshold(score, error, alone(1200), True, 0.2, 0.9, grid=GRID).threshold == GRID[0]


def test_half_of_the_pictures_decide_first_so_a_single_error_at_the_top_is_no_failure():
    score = np.repeat([0.9995, 0.9, 0.6], [60, 500, 500])
    error = np.arange(1060) == 0
    assert guaranteed_threshold(score, error, alone(1060), True, limit=0.02, level=0.9, grid=GRID).threshold == GRID[0]


def test_no_threshold_below_the_first_failure_is_taken():
    """At 0.8 the risk is too high; the many correct ones below would dilute it again."""
    score = np.repeat([0.95, 0.85, 0.55], [1000, 200, 800])
    error = score == 0.85
    found = guaranteed_threshold(score, error, alone(2000), True, limit=0.15, level=0.9, grid=GRID)
    assert (found.threshold, found.holds) == (0.86, True)


def test_a_rate_may_count_all_pictures():
    score, error = np.repeat([0.55, 0.1], [20, 980]), np.ones(1000, bool)
    assert guaranteed_threshold(score, error, alone(1000), False, limit=0.05, level=0.9, grid=GRID).threshold == GRID[0]
    assert not guaranteed_threshold(score, error, alone(1000), True, limit=0.05, level=0.9, grid=GRID).holds


def test_a_picture_counts_once_however_many_views_of_it_there_are():
    """Views are wrong at random, so by their errors alone they would be as many pictures."""
    pictures, random = np.repeat(alone(200), 3), np.random.default_rng(0)
    views = {"set_id": pictures, "family": pictures, "confidence": random.uniform(0.5, 1, 600).round(3)}
    held_out = pandas.DataFrame(views | {"correct": np.where(random.uniform(size=600) < 0.02, "no", "yes")})
    shares = pandas.DataFrame({"set_id": pictures, "share": 1.0})
    bounds = []
    for names in (held_out["set_id"], alone(600)):
        bounds.append(guaranteed_risk(held_out.assign(set_id=names), shares, 0.0, promises(accepted_risk=0.05)).bound)
    assert bounds[0] > bounds[1]


def test_too_few_pictures_support_no_promise():
    found = guaranteed_threshold(np.ones(20), errors(0, 20), alone(20), True, limit=0.02, level=0.9, grid=GRID)
    assert (found.threshold, found.holds) == (UNSUPPORTED, False) and found.bound > 0.02


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_promise_is_broken_no_more_often_than_stated(level):
    """Of models whose risk from a threshold up is known, at most 1 - level get one with more than the accepted risk."""
    random, broken = np.random.default_rng(0), 0
    for _ in range(200):
        score = random.uniform(0.5, 1, 500)
        error = random.uniform(size=500) < 0.4 * (1 - score)
        found = guaranteed_threshold(score, error, alone(500), True, 0.05, level, grid=GRID)
        broken += found.holds and 0.2 * (1 - found.threshold) > 0.05
    assert broken <= 200 * (1 - level)


def test_pictures_that_more_likely_show_another_theme_get_a_label_if_few_of_other_themes_do():
    others = pandas.DataFrame(
        {"set_id": alone(1000), "family": alone(1000), "other": "yes", "share": 0.1, "confidence": 0.9}
    )
    others.loc[:19, "share"] = 0.35
    assert guaranteed_boundary(others, promises(accepted_other_themes=0.05)).threshold == BOUNDARY_GRID[0]
    assert guaranteed_boundary(others, promises(accepted_other_themes=0.01)).threshold == 0.36
