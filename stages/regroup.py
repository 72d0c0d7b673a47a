"""Label each set by the rules in params.yaml, and give it its family and split."""

import pandas

from stages import paths
from themer.base.files import write_json
from themer.base.params import SPLITS, Regroup
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.base.tables import read_csv, read_rows, write_csv
from themer.catalogue.theme_tree import check_rules
from themer.dataset.labels import labels, relabelled, require_names_of_their_own, require_sets_for_every_label
from themer.dataset.splits import families, random_split, split

OTHER_COLUMNS = ["set_id", "theme", "family", "split"]


@stage
def main() -> None:
    """Write the dataset, its counts, and the number of pictures of each label in each split."""
    rules = load_params(paths.params).regroup
    check_rules(rules, list(read_csv(paths.theme_paths, "theme_path")["theme_path"]))
    hashes = read_csv(paths.thumbnails_table, "set_id", "perceptual_hash").set_index("set_id")["perceptual_hash"]
    found = with_labels(read_rows(paths.labelled, "set_id", "theme_path"), hashes, rules)
    dataset, others = regroup(found, rules), other_themes(found, rules)
    write_csv(dataset, paths.dataset)
    write_csv(others, paths.other_themes)
    write_json(count(dataset, len(found) - len(dataset)), paths.dataset_metrics)
    write_csv(label_counts(dataset), paths.labels_plot)


def with_labels(labelled: pandas.DataFrame, hashes: pandas.Series, rules: Regroup) -> pandas.DataFrame:
    """Return the sets sorted by number, with their family and label; the label is None where the rules drop a set.

    Raises:
        UserError: a correction is invalid.
    """
    found = labelled.sort_values("set_id", ignore_index=True)
    found["family"] = families(found["set_id"], hashes[found["set_id"]], rules.duplicate_distance)
    by_rules = labels(found["theme_path"], found["family"], rules)
    found["label"] = relabelled(list(found["set_id"]), by_rules, rules)
    return found


def regroup(found: pandas.DataFrame, rules: Regroup) -> pandas.DataFrame:
    """Return set_id, label, family and split of the sets that have a label.

    Raises:
        UserError: a group has no set, fewer than two labels remain, a theme has a name that no label may have, or a
            split would lack a label.
    """
    kept = found[found["label"].notna()]
    require_sets_for_every_label(set(kept["label"]), rules)
    require_names_of_their_own(set(kept["label"]), rules)
    parts = split(kept["label"], kept["family"], rules.split.model_dump(), rules.seed)
    return kept[["set_id", "label", "family"]].assign(split=parts)


def other_themes(found: pandas.DataFrame, rules: Regroup) -> pandas.DataFrame:
    """Return set_id, theme, family and split of the sets of all other themes, without families that have a label.

    A set that `regroup.relabel` leaves out is not among them: its picture or its theme is wrong.
    """
    labelled_families = set(found.loc[found["label"].notna(), "family"])
    other = found["label"].isna() & ~found["family"].isin(labelled_families)
    others = found[other & ~found["set_id"].isin(list(rules.relabel))]
    parts = random_split(others["family"], rules.split.model_dump(), rules.seed)
    return others[["set_id", "family"]].assign(split=parts, theme=others["theme_path"])[OTHER_COLUMNS]


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


def label_counts(dataset: pandas.DataFrame) -> pandas.DataFrame:
    """Return the columns label, split and pictures, with a row for each label in each split."""
    return pandas.crosstab(dataset["label"], dataset["split"])[list(SPLITS)].stack().rename("pictures").reset_index()


if __name__ == "__main__":
    main()
