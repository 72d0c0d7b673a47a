"""Download a thumbnail of each set, asking only for what is missing."""

import argparse
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from themer.downloads import Client, Ledger, Row, download_all
from themer.errors import UserError, explained
from themer.http import Robots, polite_session, retry_policy
from themer.params import Download, Source, load_params
from themer.rebrickable import read_table
from themer.snapshots import SetObject, read_sets
from themer.sources import brick_insights_picture, located, opened, rebrickable_picture

THUMBNAIL = "genericnx400"


@explained
def main(argv: list[str] | None = None) -> None:
    """Bring the folder of thumbnails and its table up to date with the catalogue."""
    args = arguments(argv)
    params = load_params(args.params)
    tables = read_table(args.tables / "sets.csv.gz")
    spare = dict(zip(tables["set_num"], tables["img_url"], strict=True)) if params.download.rebrickable_pictures else {}
    wanted = {found["set_id"]: picture_urls(found, spare, params.source) for found in read_sets(args.sets)}
    ledger = Ledger(args.table, args.pictures)
    bring_up_to_date(ledger, wanted, params.source, params.download)
    rows = ledger.close(wanted)
    print(summary(rows))
    require_success(rows, params.download.minimum_success)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the paths that dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--params", type=Path, default=Path("params.yaml"))
    parser.add_argument("--sets", type=Path, required=True, help="sets.json of the fetch")
    parser.add_argument("--tables", type=Path, required=True, help="folder with Rebrickable's sets.csv.gz")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for a picture a set")
    parser.add_argument("--table", type=Path, required=True, help="CSV for what became of each picture")
    return parser.parse_args(argv)


def picture_urls(found: SetObject, spare: dict[str, str], source: Source) -> list[str]:
    """Return where a set's picture may be: Brick Insights' thumbnail first, then Rebrickable's picture."""
    path = (found.get("image_urls") or {}).get(THUMBNAIL)
    picture = spare.get(found["set_id"])
    urls = [brick_insights_picture(source, path)] if path else []
    return [*urls, rebrickable_picture(source, picture)] if picture else urls


def bring_up_to_date(ledger: Ledger, wanted: dict[str, list[str]], source: Source, settings: Download) -> None:
    """Ask for what is missing; then, where many sets share a picture, for the one that the next URL names."""
    retry = retry_policy(settings.retries, settings.maximum_retry_after_seconds)
    with opened(source) as address, polite_session(source.pictures_per_minute, retry, settings.connections) as session:
        timeout_seconds = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
        client = Client(session, address, timeout_seconds, settings.maximum_bytes, settings.minimum_side_pixels)
        fetch_pictures(client, to_ask(ledger, wanted, settings.revalidate), ledger, settings.connections)
        placeholders = ledger.mark_placeholders(settings.placeholder_families)
        others = {row.set_id: later_urls(row, wanted.get(row.set_id, [])) for row in placeholders}
        fetch_pictures(client, others, ledger, settings.connections)
        ledger.mark_placeholders(settings.placeholder_families)


def to_ask(ledger: Ledger, wanted: dict[str, list[str]], revalidate: bool) -> dict[str, list[str]]:
    """Return the sets to ask for with their URLs: the missing, and to revalidate, each picture at its own URL."""
    asked = {set_id: urls for set_id, urls in wanted.items() if not ledger.is_answered(set_id, urls)}
    if not revalidate:
        return asked
    return {set_id: [row.url] for set_id, row in ledger.rows.items() if row.url in wanted.get(set_id, [])} | asked


def later_urls(row: Row, urls: list[str]) -> list[str]:
    """Return the URLs after the one that the row came from."""
    return urls[urls.index(row.url) + 1 :] if row.url in urls else []


def fetch_pictures(client: Client, wanted: dict[str, list[str]], ledger: Ledger, connections: int) -> None:
    """Ask for the pictures behind a progress bar, unless a host's robots.txt forbids one of them."""
    wanted = {set_id: urls for set_id, urls in wanted.items() if urls}
    require_permission(client, wanted)
    rows = download_all(client, wanted, ledger, connections)
    failures: Counter[str] = Counter()
    with tqdm(rows, total=len(wanted), desc="pictures", unit=" pictures", disable=not wanted) as progress:
        for row in progress:
            failures.update([row.error] if row.error else [])
            progress.set_postfix_str(", ".join(f"{n} × {kind}" for kind, n in failures.most_common(3)), refresh=False)


def require_permission(client: Client, wanted: dict[str, list[str]]) -> None:
    """Raise UserError if the robots.txt of a host forbids a picture, before any is asked for."""
    robots = Robots(client.session)
    for urls in wanted.values():
        for url in urls:
            robots.require(located(url, client.address))


def summary(rows: list[Row]) -> str:
    """Return how many pictures are here, and what became of the others by kind."""
    kinds = Counter(row.error or row.status for row in rows)
    others = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()) if kind != "ok")
    return f"download: {kinds['ok']:,} pictures of {len(rows):,} sets" + (f" ({others})" if others else "")


def require_success(rows: list[Row], minimum: float) -> None:
    """Raise UserError if too few of the pictures that the catalogue names are here."""
    asked = [row for row in rows if row.status not in ("no url", "placeholder")]
    kept = sum(row.status == "ok" for row in asked)
    if kept < minimum * len(asked):
        raise UserError(
            f"download: {len(asked) - kept:,} of {len(asked):,} pictures failed. {kept:,} are kept; run again to fetch "
            f"the rest, or lower download.minimum_success ({minimum})."
        )


if __name__ == "__main__":
    main()
