"""Labels: what params.yaml makes of each set's theme."""

from collections.abc import Sequence

import pandas

from themer.base.errors import UserError
from themer.base.params import OTHER, SPLITS, Regroup, suggestion, unknown_label
from themer.base.theme_paths import SEPARATOR, lies_within

MINIMUM_FAMILIES = len(SPLITS)


def grouped(theme_path: str, groups: dict[str, list[str]]) -> str | None:
    """Return the group that claims a theme or one of its ancestors, if any does."""
    for group, rules in groups.items():
        if any(lies_within(theme_path, rule) for rule in rules):
            return group
    return None


def labels(theme_paths: Sequence[str], families: Sequence[str], rules: Regroup) -> list[str | None]:
    """Return the label of each set, or none for a set that the rules drop.

    `groups` labels by the rules alone. `root` and `leaf` label by theme, where at least `minimum_pictures` sets share
    it, of as many families as there are splits: with fewer, a split would have to go without the theme.
    """
    if rules.by == "groups":
        found = [grouped(path, rules.groups) for path in theme_paths]
    else:
        names = [path.split(SEPARATOR)[0] if rules.by == "root" else path for path in theme_paths]
        sets = pandas.DataFrame({"name": names, "family": families}).groupby("name")["family"]
        enough = (sets.size() >= rules.minimum_pictures) & (sets.nunique() >= MINIMUM_FAMILIES)
        found = [name if enough[name] else None for name in names]
    return [label or OTHER for label in found] if rules.other else found


def relabelled(set_ids: list[str], by_rules: list[str | None], rules: Regroup) -> list[str | None]:
    """Return the labels with the corrections of `regroup.relabel` made; none leaves a set out.

    Raises:
        UserError: a correction is of a set that is not here, or names a theme that the rules keep no set of.
    """
    known = sorted({label for label in by_rules if label is not None})
    problems = [unknown_set(set_id, set_ids) for set_id in rules.relabel if set_id not in set_ids]
    if rules.by != "groups":
        wanted = [(set_id, label) for set_id, label in rules.relabel.items() if label is not None]
        problems += [unknown_label(set_id, label, known) for set_id, label in wanted if label not in known]
    if problems:
        raise UserError("\n".join(f"params.yaml: regroup: {problem}." for problem in problems))
    return [rules.relabel.get(set_id, label) for set_id, label in zip(set_ids, by_rules, strict=True)]


def unknown_set(set_id: str, set_ids: list[str]) -> str:
    """Return what to say of a correction of a set that the catalogue lacks, or has without a picture or theme."""
    hint = suggestion(set_id, set_ids, count=3)
    return f"relabel: {set_id}: no set with a picture and a theme has this number{hint}. Correct or remove it"


def require_sets_for_every_label(found: set[str], rules: Regroup) -> None:
    """Raise UserError for a group without a set, and for fewer than two labels."""
    empty = sorted(set(rules.groups) - found) if rules.by == "groups" else []
    if empty:
        raise UserError(
            f"params.yaml: regroup.groups: no set with a picture is in {empty}. Widen its rules or drop it."
        )
    if len(found) < 2:
        raise UserError(
            f"regroup: {len(found)} {rules.by} themes have at least {rules.minimum_pictures} pictures in at least "
            "three families, and a classifier needs two. Lower regroup.minimum_pictures."
        )
