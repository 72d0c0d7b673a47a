"""Join the sets that have a picture with Rebrickable's themes."""

import re
from collections.abc import Mapping
from typing import Any

import pandas

from stages import paths
from themer.base.errors import UserError
from themer.base.files import write_json
from themer.base.running import stage
from themer.base.tables import has_several, read_csv, write_csv
from themer.base.theme_paths import SEPARATOR
from themer.catalogue.rebrickable import read_table
from themer.catalogue.sets import SetObject, number_without_variant, plain_text, read_sets, whole_number
from themer.catalogue.theme_tree import ThemeTree, require_few_orphans

LABELLED = ["set_id", "name", "year", "theme", "root_theme", "theme_path", "sha256"]
UNLABELLED = ["set_id", "name", "reason", "detail"]
PICTURE = ["set_id", "status", "error", "sha256"]
UNUSUAL = {
    "sets_without_variant": "set numbers without a variant",
    "sets_with_dots": "set numbers with dots",
    "numbers_with_variants": "numbers with several variants",
    "numbers_in_several_root_themes": "numbers with variants in several root themes",
    "sets_with_namesakes": "sets that share name and year with another number",
}
MOST_EXAMPLES = 3


@stage
def main() -> None:
    """Write the sets with a picture and a theme, the others with the reason for each, the counts, and all themes."""
    sets_table, tree = read_table(paths.sets_table), ThemeTree.of(read_table(paths.themes_table))
    sets = read_sets(paths.sets)
    is_fetched = sets_table["set_num"].isin([found["set_id"] for found in sets])
    require_few_orphans(sets_table.loc[is_fetched, "theme_id"], tree)
    labelled, unlabelled = join(sets, read_csv(paths.thumbnails_table, *PICTURE), sets_table, tree.paths)
    counts = count(labelled, unlabelled)
    if labelled.empty:
        raise UserError(f"join: no set has both a picture and a theme ({counts}). Check fetch.source.")
    write_csv(labelled, paths.labelled)
    write_csv(unlabelled, paths.unlabelled)
    write_csv(pandas.DataFrame({"theme_path": tree.all_paths()}), paths.theme_paths)
    write_json(counts, paths.join_metrics)
    print(summary(labelled, counts))


def join(
    sets: list[SetObject],
    pictures: pandas.DataFrame,
    sets_table: pandas.DataFrame,
    path_of: Mapping[str, tuple[str, ...]],
) -> tuple[pandas.DataFrame, pandas.DataFrame]:
    """Return the labelled sets, and the other sets with the reason for each; both are sorted by set number.

    `path_of` has the names from the root down to each theme, by its id.
    """
    theme_of = dict(zip(sets_table["set_num"], sets_table["theme_id"], strict=True))
    picture_of = dict(zip(pictures["set_id"], pictures[PICTURE[1:]].itertuples(), strict=True))
    labelled, unlabelled = [], []
    for found in sorted(sets, key=lambda one: one["set_id"]):
        set_id, name, year = found["set_id"], plain_text(found.get("name")), year_of(found.get("year"))
        theme = theme_of.get(set_id)
        picture: Any = picture_of.get(set_id)
        path = () if theme is None else path_of.get(theme, ())
        reason = reason_without_label(theme, path, picture)
        if reason is None:
            labelled.append((set_id, name, year, path[-1], path[0], SEPARATOR.join(path), picture.sha256))
        else:
            unlabelled.append((set_id, name, *reason))
    return pandas.DataFrame(labelled, columns=LABELLED), pandas.DataFrame(unlabelled, columns=UNLABELLED)


def year_of(value: Any) -> str:
    """Return a year as four digits, or "" for anything else."""
    year = whole_number(plain_text(value))
    return year if re.fullmatch("[0-9]{4}", year) else ""


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
        detail = f"theme {theme} or a parent is not in the table of themes" if theme else "its row names no theme"
        return "orphan theme", detail
    if picture is None:
        return "without picture", "not requested"
    if picture.status != "ok":
        return "without picture", picture.error or picture.status
    return None


def count(labelled: pandas.DataFrame, unlabelled: pandas.DataFrame) -> dict[str, int]:
    """Return how many sets there are, have a label, lack one for each reason, and have an unusual number or name."""
    reasons = unlabelled["reason"].value_counts()
    return {
        "sets": len(labelled) + len(unlabelled),
        "labelled": len(labelled),
        "unmatched": int(reasons.get("unmatched", 0)),
        "orphan_theme": int(reasons.get("orphan theme", 0)),
        "without_picture": int(reasons.get("without picture", 0)),
        "root_themes": labelled["root_theme"].nunique(),
        "themes": labelled["theme_path"].nunique(),
        **{kind: len(numbers) for kind, numbers in unusual(labelled).items()},
    }


def unusual(labelled: pandas.DataFrame) -> dict[str, list[str]]:
    """Return the numbers of each kind in `UNUSUAL` among the labelled sets, sorted."""
    frame = labelled.assign(number=[number_without_variant(set_id) for set_id in labelled["set_id"]])
    ids, number = frame["set_id"], frame["number"]
    has_variant = ids.str.fullmatch(".+-[0-9]+").astype(bool) & (ids != number)
    chosen = {
        "sets_without_variant": ids[~has_variant],
        "sets_with_dots": ids[ids.str.contains(".", regex=False).astype(bool)],
        "numbers_with_variants": number[has_several(frame, ["number"], "set_id")],
        "numbers_in_several_root_themes": number[has_several(frame, ["number"], "root_theme")],
        "sets_with_namesakes": ids[has_several(frame, ["name", "year"], "number")],
    }
    return {kind: sorted(set(found)) for kind, found in chosen.items()}


def summary(labelled: pandas.DataFrame, counts: dict[str, int]) -> str:
    """Return in words how many sets have a label, and how many are unusual, with examples."""
    lines = [f"join: {counts['labelled']:,} of {counts['sets']:,} sets have a picture and a theme"]
    for kind, numbers in unusual(labelled).items():
        examples = ", ".join(numbers[:MOST_EXAMPLES]) + (", …" if len(numbers) > MOST_EXAMPLES else "")
        lines += [f"{UNUSUAL[kind]}: {len(numbers):,} ({examples})"] if numbers else []
    return "\n  ".join(lines)


if __name__ == "__main__":
    main()
