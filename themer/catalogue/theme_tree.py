"""Rebrickable's tree of themes, and a check that the group rules name themes in it."""

from dataclasses import dataclass

import pandas

from themer.base.errors import UserError, suggestion
from themer.base.params import Regroup
from themer.base.theme_paths import SEPARATOR


@dataclass(frozen=True)
class ThemeTree:
    """Rebrickable's themes: for each theme id, the names from the root theme down to this theme."""

    paths: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, table: pandas.DataFrame) -> "ThemeTree":
        """Return the tree of a table with the text columns id, name and parent_id.

        It leaves out orphans: themes with an ancestor that is missing from the table.

        Raises:
            UserError: a theme is its own ancestor.
        """
        parents = dict(zip(table["id"], table["parent_id"], strict=True))
        names = dict(zip(table["id"], table["name"], strict=True))
        lineages = {theme: _lineage(theme, parents) for theme in parents}
        return cls({theme: tuple(names[step] for step in line) for theme, line in lineages.items() if line})

    def all_paths(self) -> set[str]:
        """Return the path of every theme, such as `Duplo / Disney / Cars`."""
        return {SEPARATOR.join(path) for path in self.paths.values()}


def _lineage(theme: str, parents: dict[str, str]) -> list[str]:
    """Return the ids from the root down to a theme, or an empty list if an ancestor is missing."""
    line = [theme]
    while (parent := parents[line[0]]) != "":
        if parent in line:
            raise UserError(
                f"themes: theme {theme} is its own ancestor ({' > '.join([parent, *line])}). Fetch the table again."
            )
        if parent not in parents:
            return []
        line.insert(0, parent)
    return line


def check_rules(rules: Regroup, tree: ThemeTree) -> None:
    """Raise UserError naming every group rule without a theme in the tree, with the most similar themes."""
    if rules.by != "groups":
        return
    known = sorted(tree.all_paths())
    problems = [
        f'params.yaml: regroup.groups: "{group}": there is no theme "{rule}"{suggestion(rule, known, count=3)}.'
        for group, wanted in rules.groups.items()
        for rule in wanted
        if rule not in known
    ]
    if problems:
        raise UserError("\n".join([*problems, "Write root themes, or paths such as Duplo / Disney / Cars."]))
