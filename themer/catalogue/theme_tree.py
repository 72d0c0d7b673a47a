"""The tree of themes, and the rules that make labels of it."""

from dataclasses import dataclass

import pandas

from themer.base.errors import UserError
from themer.base.params import Regroup, suggestion
from themer.base.theme_paths import SEPARATOR


@dataclass(frozen=True)
class ThemeTree:
    """Rebrickable's themes: for each theme id, the names from the root theme down to it."""

    paths: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, table: pandas.DataFrame) -> "ThemeTree":
        """Walk every theme of the table (text columns id, name, parent_id) up to its root.

        A theme whose ancestors are not all in the table is an orphan and left out.

        Raises:
            UserError: a theme is its own ancestor.
        """
        parents = dict(zip(table["id"], table["parent_id"], strict=True))
        names = dict(zip(table["id"], table["name"], strict=True))
        lineages = {theme: _lineage(theme, parents) for theme in parents}
        return cls({theme: tuple(names[step] for step in line) for theme, line in lineages.items() if line})

    def all_paths(self) -> set[str]:
        """Return every theme as the text of its path, `Duplo / Disney / Cars`."""
        return {SEPARATOR.join(path) for path in self.paths.values()}


def _lineage(theme: str, parents: dict[str, str]) -> list[str]:
    """Return the ids from the root down to a theme, or none if an ancestor is missing."""
    line = [theme]
    while (parent := parents[line[0]]) != "":
        if parent in line:
            raise UserError(f"themes: theme {theme} is its own ancestor ({' > '.join([parent, *line])}).")
        if parent not in parents:
            return []
        line.insert(0, parent)
    return line


def check_rules(rules: Regroup, tree: ThemeTree) -> None:
    """Raise UserError naming every group rule that no theme of the tree bears, with the nearest that one does."""
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
        raise UserError("\n".join([*problems, "Name root themes, or paths such as Duplo / Disney / Cars."]))
