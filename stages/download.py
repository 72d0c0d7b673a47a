"""Download a picture of each set, and only the missing ones."""

from collections import Counter
from collections.abc import Iterator

from tqdm import tqdm

from stages import paths
from themer.base.errors import UserError
from themer.base.params import Download, Source
from themer.base.params_file import load_params
from themer.base.running import stage
from themer.catalogue.download_cache import alone, cache_for
from themer.catalogue.polite_http import polite_session, retry_policy
from themer.catalogue.rebrickable import read_table
from themer.catalogue.robots import Robots
from themer.catalogue.sets import SetObject, read_sets
from themer.catalogue.sources import brick_insights_picture, opened, rebrickable_picture
from themer.pictures.downloads import Client, download_all
from themer.pictures.ledger import Ledger, Limits, Row

THUMBNAIL = "genericnx400"


@stage
def main() -> None:
    """Bring the pictures and their table up to date with the sets."""
    params = load_params(paths.params)
    table = read_table(paths.sets_table)
    table_urls = dict(zip(table["set_num"], table["img_url"], strict=True)) if "img_url" in table else {}
    fallback = table_urls if params.download.rebrickable_pictures else {}
    wanted = {found["set_id"]: picture_urls(found, fallback, params.source) for found in read_sets(paths.sets)}
    ledger = Ledger(paths.thumbnails_table, paths.thumbnails)
    ledger.forget_others(wanted)
    bring_up_to_date(ledger, wanted, params.source, params.download)
    rows = ledger.close(wanted)
    print(summary(rows))
    require_success(rows, params.download.minimum_success)


def picture_urls(found: SetObject, fallback: dict[str, str], source: Source) -> list[str]:
    """Return the URLs to try for a set: Brick Insights' thumbnail, then Rebrickable's picture from `fallback`."""
    listed = found.get("image_urls")
    path = listed.get(THUMBNAIL) if isinstance(listed, dict) else None
    picture = fallback.get(found["set_id"])
    urls = [brick_insights_picture(source, path)] if isinstance(path, str) and path.strip() else []
    return [*urls, rebrickable_picture(source, picture)] if picture else urls


def bring_up_to_date(ledger: Ledger, wanted: dict[str, list[str]], source: Source, settings: Download) -> None:
    """Download missing pictures. A picture that many sets share is a placeholder: try the next URL of these sets."""
    retry = retry_policy(settings.retries, settings.maximum_retry_after_seconds)
    timeout_seconds = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
    session = polite_session(source.pictures_per_minute, retry, settings.connections, timeout_seconds)
    limits, cache = limits_of(settings), cache_for(source)
    with opened(source) as address, session, alone(source):
        client = Client(session, Robots(session), address, limits, cache, settings.revalidate)
        fetch_pictures(client, to_fetch(ledger, wanted, settings), ledger, settings.connections)
        placeholders = ledger.mark_placeholders(settings.placeholder_families)
        later = {row.set_id: later_urls(row, wanted.get(row.set_id, [])) for row in placeholders}
        fetch_pictures(client, later, ledger, settings.connections)
        ledger.mark_placeholders(settings.placeholder_families)


def limits_of(settings: Download) -> Limits:
    """Return which pictures are accepted."""
    return Limits(settings.maximum_bytes, settings.minimum_side_pixels)


def to_fetch(ledger: Ledger, wanted: dict[str, list[str]], settings: Download) -> dict[str, list[str]]:
    """Return the URLs of each missing picture. With `revalidate`, also request what is here, gone or refused."""
    limits = limits_of(settings)
    return {
        set_id: urls
        for set_id, urls in wanted.items()
        if settings.revalidate or not ledger.is_settled(set_id, urls, limits)
    }


def later_urls(row: Row, urls: list[str]) -> list[str]:
    """Return the URLs after the row's own."""
    return urls[urls.index(row.url) + 1 :] if row.url in urls else []


def fetch_pictures(client: Client, wanted: dict[str, list[str]], ledger: Ledger, connections: int) -> None:
    """Download pictures, and once more those that failed for the moment, until most of them fail again."""
    failed = {set_id: urls for set_id, urls in wanted.items() if urls}
    while failed:
        requested = len(failed)
        rows = list(shown(download_all(client, failed, ledger, connections), requested))
        failed = {row.set_id: wanted[row.set_id] for row in rows if row.may_pass}
        if 2 * len(failed) > requested:
            return


def shown(rows: Iterator[Row], total: int) -> Iterator[Row]:
    """Yield the rows, and show the progress with the most frequent failures."""
    failures = Counter[str]()
    with tqdm(rows, total=total, desc="pictures", unit=" pictures") as progress:
        for row in progress:
            failures.update([row.error] if row.error and not row.sha256 else [])
            progress.set_postfix_str(", ".join(f"{n} × {kind}" for kind, n in failures.most_common(3)), refresh=False)
            yield row


def summary(rows: list[Row]) -> str:
    """Return in words how many pictures are here, and how many sets have none, by reason."""
    kept = sum(row.status == "ok" for row in rows)
    return f"download: {kept:,} pictures of {len(rows):,} sets" + (f" ({reasons(rows)})" if kept < len(rows) else "")


def reasons(rows: list[Row]) -> str:
    """Return in words why sets have no picture, such as `3 × HTTP 404, 6 × no url`."""
    kinds = Counter(row.error or row.status for row in rows if row.status != "ok")
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(kinds.items()))


def require_success(rows: list[Row], minimum: float) -> None:
    """Raise UserError if too few of the listed pictures are here."""
    listed = [row for row in rows if row.status not in ("no url", "placeholder")]
    kept = sum(row.status == "ok" for row in listed)
    if kept < minimum * len(listed):
        failed, may_pass = len(listed) - kept, any(row.may_pass for row in listed)
        again = "run again to fetch the rest" if may_pass else "another run will fetch no more"
        raise UserError(
            f"download: {failed:,} of {len(listed):,} pictures failed. {kept:,} are kept; {again}. Or lower "
            f"download.minimum_success ({minimum}). Failures: {reasons(listed)}."
        )


if __name__ == "__main__":
    main()
