"""Label each set by the rules in params.yaml, and give it its family and split."""

import argparse
from pathlib import Path

import pandas

from themer.errors import UserError, explained
from themer.files import read_csv, write_csv, write_json
from themer.params import SPLITS, Regroup, load_params, suggestion, unknown_label
from themer.rebrickable import read_table
from themer.splits import families, split
from themer.themes import ThemeTree, check_rules, labels


@explained
def main(argv: list[str] | None = None) -> None:
    """Write the dataset, its counts, and the number of pictures of each class in each split."""
    args = arguments(argv)
    rules = load_params(args.params).regroup
    check_rules(rules, ThemeTree.of(read_table(args.themes)))
    hashes = read_csv(args.pictures).set_index("set_id")["perceptual_hash"]
    dataset, dropped = regroup(read_csv(args.labelled), hashes, rules)
    write_csv(dataset, args.dataset)
    write_json(count(dataset, dropped), args.metrics)
    write_csv(class_balance(dataset), args.classes)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--labelled", type=Path, required=True, help="labelled.csv of the join")
    parser.add_argument("--pictures", type=Path, required=True, help="thumbnails.csv with the perceptual hashes")
    parser.add_argument("--themes", type=Path, required=True, help="Rebrickable's themes.csv.gz, to check the rules")
    parser.add_argument("--dataset", type=Path, required=True, help="CSV for set, label, family and split")
    parser.add_argument("--metrics", type=Path, required=True, help="JSON for the counts")
    parser.add_argument("--classes", type=Path, required=True, help="CSV for the pictures of each class and split")
    return parser.parse_args(argv)


def regroup(labelled: pandas.DataFrame, hashes: pandas.Series, rules: Regroup) -> tuple[pandas.DataFrame, int]:
    """Return set_id, label, family and split of the sets that the rules keep, and how many they drop.

    Raises:
        UserError: a correction can't be made, a group gets no set, fewer than two labels remain, or a split would
            lack one.
    """
    found = labelled.sort_values("set_id", ignore_index=True)
    found["family"] = families(found["set_id"], hashes[found["set_id"]], rules.duplicate_distance)
    by_rules = labels(found["theme_path"], found["family"], rules)
    found["label"] = relabelled(list(found["set_id"]), by_rules, rules)
    kept = found[found["label"].notna()]
    require_sets_for_every_label(set(kept["label"]), rules)
    parts = split(kept["label"], kept["family"], rules.split.model_dump(), rules.seed)
    return kept[["set_id", "label", "family"]].assign(split=parts), len(found) - len(kept)


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


def count(dataset: pandas.DataFrame, dropped: int) -> dict[str, int]:
    """Return how many pictures, labels and families there are, and how many pictures in each split."""
    in_split = dataset["split"].value_counts()
    return {
        "pictures": len(dataset),
        "dropped": dropped,
        "labels": dataset["label"].nunique(),
        "families": dataset["family"].nunique(),
        **{name: int(in_split[name]) for name in SPLITS},
    }


def class_balance(dataset: pandas.DataFrame) -> pandas.DataFrame:
    """Return label, split and number of pictures, every pair of them."""
    return pandas.crosstab(dataset["label"], dataset["split"])[list(SPLITS)].stack().rename("pictures").reset_index()


if __name__ == "__main__":
    main()
