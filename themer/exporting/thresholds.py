"""Choose the confidence below which the served model abstains. This needs no TensorFlow, so it takes a second."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from themer.answering.index import SUMMARY_NAME, VALIDATION_NAME, IndexSummary, read_index_summary
from themer.base.files import write_json
from themer.base.tables import read_csv
from themer.training.confidence import threshold_for_risk


def choose_threshold(directory: Path, accepted_risk: float) -> IndexSummary:
    """Write a new threshold into an index, and return its summary.

    Of the validation predictions at or above the threshold, at most a share `accepted_risk` is wrong. The threshold is
    the lowest such confidence.
    """
    validation = read_csv(directory / VALIDATION_NAME)
    # As float32, so that the threshold is bit for bit a confidence that the model outputs.
    confidence = validation["confidence"].to_numpy(np.float32)
    threshold = threshold_for_risk(confidence, (validation["correct"] == "yes").to_numpy(bool), accepted_risk)
    summary = replace(read_index_summary(directory), threshold=threshold)
    write_index_summary(summary, directory)
    return summary


def write_index_summary(summary: IndexSummary, directory: Path) -> None:
    """Write the summary of an index, with all digits of its threshold."""
    write_json(asdict(summary), directory / SUMMARY_NAME, digits=17)


def is_made_from(directory: Path, made_from: str) -> bool:
    """Return whether a folder holds a complete index with this fingerprint."""
    try:
        return read_index_summary(directory).made_from == made_from
    except (OSError, TypeError, ValueError):
        return False
