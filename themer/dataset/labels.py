"""Labels: the rules and corrections in params.yaml, applied to the themes of the sets."""

from collections.abc import Sequence

import pandas

from themer.base.errors import UserError, suggestion
from themer.base.params import OTHER, SPLITS, Regroup, unknown_label
from themer.base.theme_paths import SEPARATOR, lies_within, why_taken

MINIMUM_FAMILIES = len(SPLITS)


def group_of(theme_path: str, groups: dict[str, list[str]]) -> str | None:
    """Return the group whose rules name a theme or one above it, or None."""
    for group, rules in groups.items():
        if any(lies_within(theme_path, rule) for rule in rules):
            return group
    return None


def labels(theme_paths: Sequence[str], families: Sequence[str], rules: Regroup) -> list[str | None]:
    """Return the label of each set, or None for a set that the rules drop.

    With `by: groups`, the label is the group of the theme. With `root` it is the root theme, and with `leaf` the set's
    own theme, whether or not there are themes below it. The theme needs at least `minimum_pictures` sets and as many
    families as there are splits; with fewer families, a split would lack the label.
    """
    if rules.by == "groups":
        by_rules = [group_of(path, rules.groups) for path in theme_paths]
    else:
        themes = [path.split(SEPARATOR)[0] if rules.by == "root" else path for path in theme_paths]
        families_of = pandas.DataFrame({"theme": themes, "family": families}).groupby("theme")["family"]
        is_kept = (families_of.size() >= rules.minimum_pictures) & (families_of.nunique() >= MINIMUM_FAMILIES)
        by_rules = [theme if is_kept[theme] else None for theme in themes]
    return [label or OTHER for label in by_rules] if rules.other else by_rules


def relabelled(set_ids: list[str], by_rules: list[str | None], rules: Regroup) -> list[str | None]:
    """Return the labels corrected by `regroup.relabel`; None leaves a set out.

    Raises:
        UserError: a correction names an unknown set, or a label that no set has by the rules.
    """
    known = sorted({label for label in by_rules if label is not None})
    problems = [unknown_set(set_id, set_ids) for set_id in rules.relabel if set_id not in set_ids]
    if rules.by != "groups":
        wanted = [(set_id, label) for set_id, label in rules.relabel.items() if label is not None]
        problems += [unknown_label(set_id, label, known) for set_id, label in wanted if label not in known]
    if problems:
        raise UserError("\n".join(f"params.yaml: regroup: {problem}." for problem in problems))
    return [rules.relabel.get(set_id, label) for set_id, label in zip(set_ids, by_rules, strict=True)]


def require_names_of_their_own(found: set[str], rules: Regroup) -> None:
    """Raise UserError for a theme whose name no label may have. The names of groups are checked with the settings."""
    problems = [taken for label in sorted(found) if (taken := why_taken(label))]
    if problems:
        raise UserError(
            f"params.yaml: regroup.by: {rules.by}: {'; '.join(problems)}. Write groups, and list this theme in a group "
            "with another name."
        )


def unknown_set(set_id: str, set_ids: list[str]) -> str:
    """Return the message for a correction of a set that is not among the sets with a picture and a theme."""
    hint = suggestion(set_id, set_ids, count=3)
    return f"relabel: {set_id}: no set with a picture and a theme has this number{hint}. Correct or remove it"


def require_sets_for_every_label(found: set[str], rules: Regroup) -> None:
    """Raise UserError for a group without sets, and for fewer than two labels."""
    empty = sorted(set(rules.groups) - found) if rules.by == "groups" else []
    if empty:
        raise UserError(
            f"params.yaml: regroup.groups: no set with a picture is in: {', '.join(empty)}. Add themes to each of "
            "them, remove it, or raise fetch.limit if there is one."
        )
    if len(found) < 2:
        raise UserError(
            f"regroup: a classifier needs at least two labels, but only {len(found)} {rules.by} themes have at least "
            f"{rules.minimum_pictures} pictures in at least three families. Lower regroup.minimum_pictures."
        )
