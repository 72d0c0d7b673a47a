"""Join the sets that have a picture with Rebrickable's themes."""

from typing import Any

import pandas

from stages import paths
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.running import stage
from themer.base.tables import read_csv, write_csv
from themer.base.theme_paths import SEPARATOR
from themer.catalogue.rebrickable import read_table
from themer.catalogue.sets import SetObject, read_sets
from themer.catalogue.theme_tree import ThemeTree

LABELLED = ["set_id", "name", "year", "theme", "root_theme", "theme_path", "sha256"]
UNLABELLED = ["set_id", "name", "reason", "detail"]


@stage
def main() -> None:
    """Write the sets with a picture and a theme, the other sets with the reason for each, and the counts."""
    sets_table, themes_table = read_table(paths.sets_table), read_table(paths.themes_table)
    labelled, unlabelled = join(read_sets(paths.sets), read_csv(paths.thumbnails_table), sets_table, themes_table)
    counts = count(labelled, unlabelled)
    if labelled.empty:
        raise UserError(f"join: no set has both a picture and a theme ({counts}). Check fetch.source.")
    write_csv(labelled, paths.labelled)
    write_csv(unlabelled, paths.unlabelled)
    write_json(counts, paths.join_metrics)


def join(
    sets: list[SetObject], pictures: pandas.DataFrame, sets_table: pandas.DataFrame, themes_table: pandas.DataFrame
) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return the labelled sets, and the other sets with the reason for each; both are sorted by set number."""
    path_of = ThemeTree.of(themes_table).paths
    theme_of = dict(zip(sets_table["set_num"], sets_table["theme_id"], strict=True))
    picture_of = dict(zip(pictures["set_id"], pictures[["status", "error", "sha256"]].itertuples(), strict=True))
    labelled, unlabelled = [], []
    for found in sorted(sets, key=lambda one: one["set_id"]):
        set_id, name, year = found["set_id"], str(found.get("name") or ""), str(found.get("year") or "")
        theme = theme_of.get(set_id)
        picture: Any = picture_of.get(set_id)
        path = () if theme is None else path_of.get(theme, ())
        reason = reason_without_label(theme, path, picture)
        if reason is None:
            labelled.append((set_id, name, year, path[-1], path[0], SEPARATOR.join(path), picture.sha256))
        else:
            unlabelled.append((set_id, name, *reason))
    return pandas.DataFrame(labelled, columns=LABELLED), pandas.DataFrame(unlabelled, columns=UNLABELLED)


def reason_without_label(theme: str | None, path: tuple[str, ...], picture: Any) -> tuple[str, str] | None:
    """Return why a set has no label, as reason and detail, or None if it has a theme and a picture.

    Args:
        theme: the id of its theme, if the table of sets has it.
        path: the names from the root theme down to its theme; empty for an orphan theme.
        picture: its row of the table of pictures, if there is one.
    """
    if theme is None:
        return "unmatched", "not in Rebrickable's table of sets"
    if not path:
        return "orphan theme", f"theme {theme} or a parent is not in the table of themes"
    if picture is None:
        return "without picture", "not requested"
    if picture.status != "ok":
        return "without picture", picture.error or picture.status
    return None


def count(labelled: pandas.DataFrame, unlabelled: pandas.DataFrame) -> dict[str, int]:
    """Return how many sets there are, how many have a label, and how many lack one for each reason."""
    reasons = unlabelled["reason"].value_counts()
    return {
        "sets": len(labelled) + len(unlabelled),
        "labelled": len(labelled),
        "unmatched": int(reasons.get("unmatched", 0)),
        "orphan_theme": int(reasons.get("orphan theme", 0)),
        "without_picture": int(reasons.get("without picture", 0)),
        "root_themes": labelled["root_theme"].nunique(),
        "themes": labelled["theme_path"].nunique(),
    }


if __name__ == "__main__":
    main()
