"""Rebrickable's tree of themes, and checks that it holds the themes of the sets and of the group rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pandas

from themer.base.errors import UserError, suggestion
from themer.base.params import Regroup
from themer.base.theme_paths import SEPARATOR, without_separator
from themer.catalogue.sets import plain_text

MOST_ORPHANS = 0.1
# So few orphans may be chance in a small sample.
FEWEST_ORPHANS = 3


@dataclass(frozen=True)
class ThemeTree:
    """Rebrickable's themes: for each theme id, the names from the root theme down to this theme.

    `circular` are the ids of themes that lead back to themselves, or to such a theme.
    """

    paths: dict[str, tuple[str, ...]]
    circular: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: pandas.DataFrame) -> "ThemeTree":
        """Return the tree of a table with the text columns id, name and parent_id.

        It leaves out orphans: themes with an ancestor that is missing from the table, and circular ones. Names become
        plain text without the separator of paths.
        """
        parents = dict(zip(table["id"], table["parent_id"], strict=True))
        names = {theme: _step(theme, name) for theme, name in zip(table["id"], table["name"], strict=True)}
        lineages = {theme: _lineage(theme, parents) for theme in parents}
        circular = sorted(theme for theme, line in lineages.items() if line is None)
        paths = {theme: tuple(names[step] for step in line) for theme, line in lineages.items() if line}
        return cls(paths, tuple(circular))

    def all_paths(self) -> list[str]:
        """Return the path of every theme, such as `Duplo / Disney / Cars`, sorted; themes may share one."""
        return sorted({SEPARATOR.join(path) for path in self.paths.values()})


def _step(theme: str, name: str) -> str:
    """Return a theme's name as a step of a path; a theme without a name has its number."""
    return without_separator(plain_text(name)) or f"Theme {theme}"


def _lineage(theme: str, parents: dict[str, str]) -> list[str] | None:
    """Return the ids from the root down to a theme: none if an ancestor is missing, None if the way up is a circle."""
    line = [theme]
    while (parent := parents[line[0]]) != "":
        if parent in line:
            return None
        if parent not in parents:
            return []
        line.insert(0, parent)
    return line


def require_few_orphans(themes: Collection[str], tree: ThemeTree) -> None:
    """Raise UserError if the tree lacks the themes, by id, of more than a tenth of the sets.

    Some are missing in real data: the tables of sets and themes may be of different months.
    """
    orphans = [theme for theme in themes if theme not in tree.paths]
    if len(orphans) >= FEWEST_ORPHANS and len(orphans) > MOST_ORPHANS * len(themes):
        known = ", ".join(sorted(tree.paths)[:FEWEST_ORPHANS])
        raise UserError(
            f"themes: the table of themes lacks the themes of {len(orphans):,} of {len(themes):,} sets, or themes "
            f"above them, such as {orphans[0]!r}. It has {known}, … "
            "Check that themes.csv.gz and sets.csv.gz are of the same day."
        )


def check_rules(rules: Regroup, known: Sequence[str]) -> None:
    """Raise UserError naming every group rule that is none of the known themes, with the most similar ones."""
    if rules.by != "groups":
        return
    problems = [
        f'params.yaml: regroup.groups: "{group}": there is no theme "{rule}"{suggestion(rule, known, count=3)}.'
        for group, wanted in rules.groups.items()
        for rule in wanted
        if rule not in known
    ]
    if problems:
        raise UserError("\n".join([*problems, "Write root themes, or paths such as Duplo / Disney / Cars."]))
