"""Label each set by the rules in params.yaml, and give it its family and split."""

import pandas

from stages import paths
from themer.base.errors import explained
from themer.base.files import write_json
from themer.base.params import SPLITS, Regroup
from themer.base.params_file import load_params
from themer.base.tables import read_csv, write_csv
from themer.catalogue.rebrickable import read_table
from themer.catalogue.theme_tree import ThemeTree, check_rules
from themer.dataset.families import families
from themer.dataset.labels import labels, relabelled, require_sets_for_every_label
from themer.dataset.splits import split


@explained
def main() -> None:
    """Write the dataset, its counts, and the number of pictures of each label in each split."""
    rules = load_params(paths.params).regroup
    check_rules(rules, ThemeTree.of(read_table(paths.themes_table)))
    hashes = read_csv(paths.thumbnails_table).set_index("set_id")["perceptual_hash"]
    dataset, dropped = regroup(read_csv(paths.labelled), hashes, rules)
    write_csv(dataset, paths.dataset)
    write_json(count(dataset, dropped), paths.dataset_metrics)
    write_csv(label_counts(dataset), paths.labels_plot)


def regroup(labelled: pandas.DataFrame, hashes: pandas.Series, rules: Regroup) -> tuple[pandas.DataFrame, int]:
    """Return set_id, label, family and split of the sets that the rules keep, and how many they drop.

    Raises:
        UserError: a correction is invalid, a group has no set, fewer than two labels remain, or a split would lack one.
    """
    found = labelled.sort_values("set_id", ignore_index=True)
    found["family"] = families(found["set_id"], hashes[found["set_id"]], rules.duplicate_distance)
    by_rules = labels(found["theme_path"], found["family"], rules)
    found["label"] = relabelled(list(found["set_id"]), by_rules, rules)
    kept = found[found["label"].notna()]
    require_sets_for_every_label(set(kept["label"]), rules)
    parts = split(kept["label"], kept["family"], rules.split.model_dump(), rules.seed)
    return kept[["set_id", "label", "family"]].assign(split=parts), len(found) - len(kept)


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
