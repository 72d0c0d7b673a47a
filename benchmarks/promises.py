"""How often the promises of `export` are broken: python -m benchmarks.promises

Splits the families of the held-out predictions at random in two halves, 200 times. One half chooses the threshold, the
other shows the rate that was promised. Run it after `dvc repro`.
"""

import argparse
from collections.abc import Callable, Iterator

import numpy as np
import pandas

from stages import paths
from themer.answering.index import SHARES_NAME
from themer.base.params_file import load_params
from themer.base.tables import read_csv
from themer.exporting.thresholds import GRID, Guarantee, guaranteed_boundary, guaranteed_risk

SPLITS = 200


def main() -> None:
    """Print how often each promise held, was broken, or could not be given."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    settings = load_params(paths.params).export
    held_out, shares = read_csv(paths.calibration), read_csv(paths.index / SHARES_NAME)
    boundary = guaranteed_boundary(shares, settings).threshold
    report(
        f"risk at most {settings.accepted_risk:.0%}",
        tried(held_out, lambda half: guaranteed_risk(half, shares, boundary, settings), risk(shares, boundary)),
        settings.accepted_risk,
    )
    report(
        f"at most {settings.accepted_other_themes:.0%} of other themes",
        tried(shares[shares["other"] == "yes"], lambda half: guaranteed_boundary(half, settings), answered),
        settings.accepted_other_themes,
    )
    print(f"stated confidence: {settings.confidence_level:.0%}")


def tried(
    table: pandas.DataFrame,
    choose: Callable[[pandas.DataFrame], Guarantee],
    rate: Callable[[pandas.DataFrame, float], tuple[float, float]],
) -> Iterator[tuple[Guarantee, float, float]]:
    """Yield for each split the promise of one half, and the rate and the coverage on the other half."""
    families = sorted(set(table["family"]))
    for seed in range(SPLITS):
        chosen = set(np.random.default_rng(seed).permutation(families)[: len(families) // 2])
        mine = table["family"].isin(chosen)
        found = choose(table[mine])
        yield found, *rate(table[~mine], found.threshold)


def risk(shares: pandas.DataFrame, boundary: float) -> Callable[[pandas.DataFrame, float], tuple[float, float]]:
    """Return a function of held-out predictions and a threshold: the risk, and the coverage."""
    within = set(shares.loc[shares["share"].astype(float) >= boundary, "set_id"])

    def rate(held_out: pandas.DataFrame, threshold: float) -> tuple[float, float]:
        firm = (held_out["confidence"].astype(float) >= threshold) & held_out["set_id"].isin(within)
        return float((held_out.loc[firm, "correct"] == "no").mean()), float(firm.mean())

    return rate


def answered(others: pandas.DataFrame, boundary: float) -> tuple[float, float]:
    """Return the share of pictures of other themes that gets a label, twice."""
    firm = (others["share"].astype(float) >= boundary) & (others["confidence"].astype(float) >= GRID[0])
    return float(firm.mean()), float(firm.mean())


def report(name: str, trials: Iterator[tuple[Guarantee, float, float]], limit: float) -> None:
    """Print in how many trials a promise could be given, in how many it was broken, and the mean rate."""
    found = list(trials)
    given = [rate for promise, rate, _ in found if promise.holds]
    broken = sum(rate > limit for rate in given) / len(found)
    rates, coverages = np.mean([rate for _, rate, _ in found]), np.mean([coverage for *_, coverage in found])
    print(f"{name}: promised in {len(given)} of {len(found)} splits, broken in {broken:.1%}; ", end="")
    print(f"mean rate {rates:.2%}, coverage {coverages:.1%}")


if __name__ == "__main__":
    main()
