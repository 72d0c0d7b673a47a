"""What the tests ask of a served model, and held-out predictions where there are none."""

import pandas

from themer.base.params import Export

NOTHING_HELD_OUT = pandas.DataFrame(columns=["set_id", "family", "confidence", "correct"])


def promises(accepted_risk: float = 0.02, accepted_other_themes: float = 0.05, confidence_level: float = 0.9) -> Export:
    """Return the section `export` of the params, with changes."""
    return Export(
        views=1,
        accepted_risk=accepted_risk,
        accepted_other_themes=accepted_other_themes,
        confidence_level=confidence_level,
    )
