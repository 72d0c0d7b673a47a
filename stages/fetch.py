"""Fetch every set from Brick Insights, and Rebrickable's tables of sets and themes."""

import argparse
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pandas
import requests
from tqdm import tqdm

from themer import brick_insights, rebrickable, snapshots
from themer.errors import explained
from themer.http import Robots, polite_session
from themer.ordering import shuffled
from themer.params import load_params
from themer.sources import located, opened
from themer.themes import ThemeTree, check_rules


@explained
def main(argv: list[str] | None = None) -> None:
    """Fetch one snapshot of a source; ask for nothing if it is here already."""
    args = arguments(argv)
    params = load_params(args.params)
    identity = snapshots.identity(params)
    source, is_local = params.source, params.source.command is not None
    if not is_local and snapshots.is_complete(args.out, identity):
        print(f"fetch: the snapshot {params.fetch.snapshot} of {params.fetch.source} is here; nothing asked for")
        return
    snapshots.begin(args.out, identity)
    with opened(source) as address, polite_session(source.api_requests_per_minute) as session:
        base = located(source.rebrickable, address)
        tables = rebrickable.fetch_tables(session, base, args.out, cache=None if is_local else args.cache)
        check_rules(params.regroup, ThemeTree.of(tables["themes"]))
        journal = snapshots.Journal(args.out, identity)
        found = find_sets(session, located(source.brick_insights or "", address), tables["sets"], journal)
        sets = list(islice(found, params.fetch.limit))
    snapshots.finish(args.out, identity, sets)
    print(f"fetch: {len(sets):,} sets and {len(tables['themes'])} themes from {params.fetch.source}")


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps Rebrickable's tables for a day")
    parser.add_argument("--out", type=Path, required=True, help="folder for sets.json, source.json and rebrickable/")
    return parser.parse_args(argv)


def find_sets(
    session: requests.Session, base: str, table: pandas.DataFrame, journal: snapshots.Journal
) -> Iterable[snapshots.SetObject]:
    """Return the sets, shuffled: the export, or else set by set, or from Rebrickable's table alone."""
    if not base:
        return in_shuffled_order(rebrickable.as_set_objects(table))
    Robots(session).require(brick_insights.export_url(base))
    exported = brick_insights.exported_sets(session, base)
    if exported is not None:
        return in_shuffled_order(tqdm(exported, desc="sets", unit=" sets"))
    print("fetch: no export; asking set by set. It can be stopped, and goes on where it was.")
    return brick_insights.sets_one_by_one(session, base, shuffled(table["set_num"]), journal)


def in_shuffled_order(sets: Iterable[snapshots.SetObject]) -> list[snapshots.SetObject]:
    """Return the sets so that the first N are a fair sample."""
    by_number = {found["set_id"]: found for found in sets}
    return [by_number[number] for number in shuffled(by_number)]


if __name__ == "__main__":
    main()
