"""The model card: the model, its training data, its scores, its intended use and its limitations.

After "Model Cards for Model Reporting", Mitchell et al. 2019, https://arxiv.org/abs/1810.03993. The text is in the
template beside this module; every figure in it is measured by the pipeline.
"""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from themer.reports.score_text import score_text

# Of tables, code, emphasis, links, HTML, entities and mathematics.
MARKS = re.compile(r"[\\`*_~\[\]<>|&$]")
TEMPLATE = Path(__file__).with_name("model_card.md.jinja")


def model_card(facts: dict[str, Any]) -> str:
    """Return the card as Markdown; jinja2.UndefinedError if the template needs a value that `facts` lacks."""
    return filled(TEMPLATE.read_text(encoding="utf-8"), facts)


def filled(template: str, facts: dict[str, Any]) -> str:
    """Return a template with its values filled in; the filters are the functions below."""
    # Without autoescape, since Markdown is not HTML.
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, autoescape=False)
    environment.filters |= {one.__name__: one for one in (share, interval, count, figure, score, text)}
    return environment.from_string(template).render(facts).strip() + "\n"


def text(value: str) -> str:
    """Return a name on one line, with a backslash before whatever Markdown would take for more than text."""
    return MARKS.sub(r"\\\g<0>", " ".join(value.split()))


def share(value: Any) -> str:
    """Return a share as a percentage, "–" for none."""
    return "–" if _missing(value) else f"{100 * float(value):.1f} %"


def interval(figures: dict[str, Any], name: str) -> str:
    """Return a share with its interval, such as "95.0 % (90.1 to 98.2)"; "–" for none."""
    if _missing(figures.get(name)):
        return "–"
    low, high = (100 * float(figures[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{share(figures[name])} ({low:.1f} to {high:.1f})"


def count(value: Any) -> str:
    """Return a number with thousands separators, "–" for none."""
    return "–" if _missing(value) else f"{int(value):,}"


def figure(value: Any) -> str:
    """Return a number with three decimal places, "–" for none."""
    return "–" if _missing(value) else f"{float(value):.3f}"


def score(value: Any) -> str:
    """Return a score with three decimal places, "–" for none."""
    return "–" if _missing(value) else score_text(float(value))


def _missing(value: Any) -> bool:
    """Return whether a value is missing: null in JSON, or an empty cell of a table."""
    return value is None or value == ""
