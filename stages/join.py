"""Join the sets that have a picture with Rebrickable's themes."""

import argparse
from pathlib import Path

import pandas

from themer.errors import UserError, explained
from themer.files import read_csv, write_csv, write_json
from themer.rebrickable import read_table
from themer.snapshots import SetObject, read_sets
from themer.theme_paths import SEPARATOR
from themer.themes import ThemeTree

LABELLED = ["set_id", "name", "year", "theme", "root_theme", "theme_path", "sha256"]
UNLABELLED = ["set_id", "name", "reason", "detail"]


@explained
def main(argv: list[str] | None = None) -> None:
    """Write one row per set with a picture and a theme, the sets without, and their counts."""
    args = arguments(argv)
    tables = {name: read_table(args.tables / f"{name}.csv.gz") for name in ("sets", "themes")}
    labelled, unlabelled = join(read_sets(args.sets), read_csv(args.pictures), tables["sets"], tables["themes"])
    counts = count(labelled, unlabelled)
    if labelled.empty:
        raise UserError(f"join: not one set has both a picture and a theme ({counts}). Is the source the right one?")
    write_csv(labelled, args.labelled)
    write_csv(unlabelled, args.unlabelled)
    write_json(counts, args.metrics)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path, required=True, help="sets.json of the fetch")
    parser.add_argument("--pictures", type=Path, required=True, help="thumbnails.csv of the download")
    parser.add_argument("--tables", type=Path, required=True, help="folder with sets.csv.gz and themes.csv.gz")
    parser.add_argument("--labelled", type=Path, required=True, help="CSV for the sets with a picture and a theme")
    parser.add_argument("--unlabelled", type=Path, required=True, help="CSV for the other sets, with the reason")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON for the counts")
    return parser.parse_args(argv)


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
                (set_id, name, "without picture", picture.error or picture.status if picture else "never asked for")
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
