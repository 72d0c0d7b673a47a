"""Join the sets that have a picture with Rebrickable's themes."""

import pandas

from stages import paths
from themer.base.errors import UserError, explained
from themer.base.files import write_json
from themer.base.tables import read_csv, write_csv
from themer.base.theme_paths import SEPARATOR
from themer.catalogue.rebrickable import read_table
from themer.catalogue.sets import SetObject, read_sets
from themer.catalogue.theme_tree import ThemeTree

LABELLED = ["set_id", "name", "year", "theme", "root_theme", "theme_path", "sha256"]
UNLABELLED = ["set_id", "name", "reason", "detail"]


@explained
def main() -> None:
    """Write a row for each set with a picture and a theme, the other sets with the reason, and the counts."""
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
    """Return the labelled sets and, with the reason for each, the others; both sorted by set number."""
    tree = ThemeTree.of(themes_table)
    theme_of = dict(zip(sets_table["set_num"], sets_table["theme_id"], strict=True))
    picture_of = dict(zip(pictures["set_id"], pictures[["status", "error", "sha256"]].itertuples(), strict=True))
    labelled, unlabelled = [], []
    for found in sorted(sets, key=lambda one: one["set_id"]):
        set_id, name, theme = found["set_id"], str(found.get("name") or ""), theme_of.get(found["set_id"])
        picture = picture_of.get(set_id)
        if theme is None:
            unlabelled.append((set_id, name, "unmatched", "not in Rebrickable's table of sets"))
        elif theme not in tree.paths:
            unlabelled.append(
                (set_id, name, "orphan theme", f"theme {theme} or a parent is not in the table of themes")
            )
        elif picture is None or picture.status != "ok":
            unlabelled.append(
                (set_id, name, "without picture", picture.error or picture.status if picture else "not requested")
            )
        else:
            path = tree.paths[theme]
            year = str(found.get("year") or "")
            labelled.append((set_id, name, year, path[-1], path[0], SEPARATOR.join(path), picture.sha256))
    return pandas.DataFrame(labelled, columns=LABELLED), pandas.DataFrame(unlabelled, columns=UNLABELLED)


def count(labelled: pandas.DataFrame, unlabelled: pandas.DataFrame) -> dict[str, int]:
    """Return how many sets there are, and how many fall under each reason."""
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
