"""Download a picture of each set, and only the missing ones."""

from collections import Counter

from tqdm import tqdm

from stages import paths
from themer.base.errors import UserError
from themer.base.params import Download, Source
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.catalogue.polite_http import Robots, polite_session, retry_policy
from themer.catalogue.rebrickable import read_table
from themer.catalogue.sets import SetObject, read_sets
from themer.catalogue.sources import brick_insights_picture, located, opened, rebrickable_picture
from themer.pictures.downloads import Client, download_all
from themer.pictures.ledger import Ledger, Row

THUMBNAIL = "genericnx400"


@stage
def main() -> None:
    """Bring the pictures and their table up to date with the sets."""
    params = load_params(paths.params)
    table = read_table(paths.sets_table)
    table_urls = dict(zip(table["set_num"], table["img_url"], strict=True))
    fallback = table_urls if params.download.rebrickable_pictures else {}
    wanted = {found["set_id"]: picture_urls(found, fallback, params.source) for found in read_sets(paths.sets)}
    ledger = Ledger(paths.thumbnails_table, paths.thumbnails)
    bring_up_to_date(ledger, wanted, params.source, params.download)
    rows = ledger.close(wanted)
    print(summary(rows))
    require_success(rows, params.download.minimum_success)


def picture_urls(found: SetObject, fallback: dict[str, str], source: Source) -> list[str]:
    """Return the URLs to try for a set: Brick Insights' thumbnail, then Rebrickable's picture from `fallback`."""
    path = (found.get("image_urls") or {}).get(THUMBNAIL)
    picture = fallback.get(found["set_id"])
    urls = [brick_insights_picture(source, path)] if path else []
    return [*urls, rebrickable_picture(source, picture)] if picture else urls


def bring_up_to_date(ledger: Ledger, wanted: dict[str, list[str]], source: Source, settings: Download) -> None:
    """Download missing pictures. A picture that many sets share is a placeholder: try the next URL of these sets."""
    retry = retry_policy(settings.retries, settings.maximum_retry_after_seconds)
    with opened(source) as address, polite_session(source.pictures_per_minute, retry, settings.connections) as session:
        timeout_seconds = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
        client = Client(session, address, timeout_seconds, settings.maximum_bytes, settings.minimum_side_pixels)
        fetch_pictures(client, to_fetch(ledger, wanted, settings.revalidate), ledger, settings.connections)
        placeholders = ledger.mark_placeholders(settings.placeholder_families)
        later = {row.set_id: later_urls(row, wanted.get(row.set_id, [])) for row in placeholders}
        fetch_pictures(client, later, ledger, settings.connections)
        ledger.mark_placeholders(settings.placeholder_families)


def to_fetch(ledger: Ledger, wanted: dict[str, list[str]], revalidate: bool) -> dict[str, list[str]]:
    """Return the URLs of each missing picture, and with `revalidate` also the URL of each present one."""
    missing = {set_id: urls for set_id, urls in wanted.items() if not ledger.is_settled(set_id, urls)}
    if not revalidate:
        return missing
    return {set_id: [row.url] for set_id, row in ledger.rows.items() if row.url in wanted.get(set_id, [])} | missing


def later_urls(row: Row, urls: list[str]) -> list[str]:
    """Return the URLs after the row's own."""
    return urls[urls.index(row.url) + 1 :] if row.url in urls else []


def fetch_pictures(client: Client, wanted: dict[str, list[str]], ledger: Ledger, connections: int) -> None:
    """Download pictures and show progress; raise UserError if a host's robots.txt forbids one of them."""
    wanted = {set_id: urls for set_id, urls in wanted.items() if urls}
    require_permission(client, wanted)
    rows = download_all(client, wanted, ledger, connections)
    failures: Counter[str] = Counter()
    with tqdm(rows, total=len(wanted), desc="pictures", unit=" pictures", disable=not wanted) as progress:
        for row in progress:
            failures.update([row.error] if row.error else [])
            progress.set_postfix_str(", ".join(f"{n} × {kind}" for kind, n in failures.most_common(3)), refresh=False)


def require_permission(client: Client, wanted: dict[str, list[str]]) -> None:
    """Raise UserError, before any download, if a host's robots.txt forbids a picture."""
    robots = Robots(client.session)
    for urls in wanted.values():
        for url in urls:
            robots.require(located(url, client.address))


def summary(rows: list[Row]) -> str:
    """Return in words how many pictures are here, and how many sets have none, by reason."""
    kinds = Counter(row.error or row.status for row in rows)
    others = ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()) if kind != "ok")
    return f"download: {kinds['ok']:,} pictures of {len(rows):,} sets" + (f" ({others})" if others else "")


def require_success(rows: list[Row], minimum: float) -> None:
    """Raise UserError if too few of the listed pictures are here."""
    listed = [row for row in rows if row.status not in ("no url", "placeholder")]
    kept = sum(row.status == "ok" for row in listed)
    if kept < minimum * len(listed):
        raise UserError(
            f"download: {len(listed) - kept:,} of {len(listed):,} pictures failed. {kept:,} are kept; run again to "
            f"fetch the rest, or lower download.minimum_success ({minimum})."
        )


if __name__ == "__main__":
    main()
