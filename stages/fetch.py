"""Fetch every set from Brick Insights, and Rebrickable's tables of sets and themes."""

import sys
from collections.abc import Iterable
from functools import partial

import pandas
from tqdm import tqdm

from stages import paths
from themer.base.dvc_records import require_recorded
from themer.base.errors import UserError
from themer.base.params import Regroup
from themer.base.params_file import load_params, require_weights
from themer.base.running import stage
from themer.catalogue import brick_insights, rebrickable, snapshots
from themer.catalogue.download_cache import alone, cache_for
from themer.catalogue.polite_http import polite_session
from themer.catalogue.robots import Robots
from themer.catalogue.sets import MOST_EXAMPLES, SetObject, last_of_each, only_sets, shuffled
from themer.catalogue.sources import located, opened
from themer.catalogue.theme_tree import ThemeTree, check_rules, require_few_orphans

WRITTEN = (paths.sets, paths.sets_table, paths.themes_table)
# DVC skips a stage whose inputs are the same.
AGAIN = "python -m stages.fetch, then dvc repro"


@stage
def main() -> None:
    """Fetch one snapshot of a source, unless it is complete already."""
    params = load_params(paths.params)
    # In the first stage: the stage that reads the weights comes after hours of downloads.
    require_weights(params.train.weights_path)
    # In the first stage: once DVC gets to the photos, it fails without their folder.
    require_recorded(paths.photos_record)
    identity = snapshots.identity(params)
    source, is_local = params.source, params.source.command is not None
    if not is_local and snapshots.is_complete(paths.raw, identity) and all(path.exists() for path in WRITTEN):
        print(f"fetch: snapshot {params.fetch.snapshot} of {params.fetch.source} is complete; nothing to fetch")
        return
    snapshots.begin(paths.raw, identity)
    session = polite_session(source.api_requests_per_minute)
    robots, cache = Robots(session), cache_for(source)
    with opened(source) as address, session, alone(source):
        check = partial(check_tables, rules=params.regroup)
        base = located(source.rebrickable, address)
        tables = rebrickable.fetch_tables(robots, base, paths.rebrickable, cache, check)
        journal = snapshots.Journal(paths.raw, identity, cache)
        base = located(source.brick_insights or "", address)
        sets = list(find_sets(robots, base, tables["sets"], journal, params.fetch.limit))
    snapshots.finish(paths.raw, identity, sets, journal.missing)
    print(f"fetch: {len(sets):,} sets and {len(tables['themes'])} themes from {params.fetch.source}")
    if journal.missing:
        print(f"fetch: sets that could not be fetched: {len(journal.missing):,}. To request them again: {AGAIN}")


def check_tables(tables: dict[str, pandas.DataFrame], rules: Regroup) -> None:
    """Raise UserError unless there are sets, most with a theme, and the rules name themes. Name odd rows on stderr."""
    tree = ThemeTree.of(tables["themes"])
    name_odd_rows(tables, tree)
    check_rules(rules, tree.all_paths())
    require_few_orphans(tables["sets"]["theme_id"], tree)
    if tables["sets"].empty:
        raise UserError("sets.csv.gz: the table has no rows. Try again later, or check the source's address.")


def name_odd_rows(tables: dict[str, pandas.DataFrame], tree: ThemeTree) -> None:
    """Name on stderr the numbers whose rows differ, and the themes that lead back to themselves."""
    for name, key in (("sets", "set_num"), ("themes", "id")):
        rows = zip(tables[name][key], tables[name].itertuples(index=False), strict=True)
        last_of_each(rows, f"{name} in {name}.csv.gz")
    if tree.circular:
        print(
            f"fetch: left out {len(tree.circular):,} themes that are their own ancestors, and their sets. Themes: "
            f"{', '.join(tree.circular[:MOST_EXAMPLES])}",
            file=sys.stderr,
        )


def find_sets(
    robots: Robots, base: str, table: pandas.DataFrame, journal: snapshots.Journal, limit: int | None
) -> Iterable[SetObject]:
    """Return the sets in shuffled order, up to a limit: from the export, or one by one, or from Rebrickable's table."""
    if not base:
        return in_shuffled_order(only_sets(rebrickable.as_set_objects(table), "table of sets"))[:limit]
    exported = brick_insights.exported_sets(robots, base)
    if exported is not None:
        return in_shuffled_order(tqdm(exported, desc="sets", unit=" sets"))[:limit]
    print("fetch: the service has no export, so each set takes one request. You can stop and run again to continue.")
    numbers = {found["set_id"] for found in only_sets(({"set_id": one} for one in table["set_num"]), "table of sets")}
    return brick_insights.sets_one_by_one(robots, base, shuffled(numbers), journal, limit)


def in_shuffled_order(sets: Iterable[SetObject]) -> list[SetObject]:
    """Return the sets shuffled, so that the first N are a fair sample."""
    by_number = last_of_each(((found["set_id"], found) for found in sets), "sets")
    return [by_number[number] for number in shuffled(by_number)]


if __name__ == "__main__":
    main()
