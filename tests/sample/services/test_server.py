"""The server responds as the two services do."""

import gzip
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from urllib.robotparser import RobotFileParser

import pytest
import requests

from sample.services.catalogue import all_sets, at_brick_insights
from sample.services.pictures import SIZES
from sample.services.server import serving


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Yield the address of a server without limits."""
    with serving() as address:
        yield address


def number_of(oddity: str) -> str:
    """Return the number of the first set with an oddity."""
    return next(lego_set.number for lego_set in all_sets().values() if lego_set.oddity == oddity)


def test_the_export_has_every_set_with_the_fields_of_the_service(url: str) -> None:
    sets = requests.get(f"{url}/api/sets/export", timeout=10).json()
    assert [one["set_id"] for one in sets] == [lego_set.number for lego_set in at_brick_insights()]
    assert list(sets[0]) == [
        *("id", "set_id", "name", "year", "image", "average_rating", "review_count", "url", "image_urls", "reviews")
    ]
    assert list(sets[0]["image_urls"]) == list(SIZES) and isinstance(sets[0]["year"], str)


def test_a_set_without_a_picture_has_empty_urls(url: str) -> None:
    one = requests.get(f"{url}/api/sets/{number_of('nowhere')}", timeout=10).json()
    assert one["image"] == "" and set(one["image_urls"].values()) == {""}


def test_the_pages_together_hold_the_export() -> None:
    with serving(pages=4) as url:
        address, numbers = f"{url}/api/sets/export", []
        while address:
            page = requests.get(address, timeout=10).json()
            numbers += [one["set_id"] for one in page["data"]]
            address = page["next_page_url"]
    assert numbers == [lego_set.number for lego_set in at_brick_insights()]


@pytest.mark.parametrize("number", ["no-such-set", "unlisted"])
def test_an_unknown_set_returns_status_200_and_an_error(url: str, number: str) -> None:
    response = requests.get(f"{url}/api/sets/{number_of(number) if number == 'unlisted' else number}", timeout=10)
    assert (response.status_code, response.json()) == (200, {"error": "Set not found"})


def test_requests_over_the_limit_return_429_and_the_seconds_to_wait() -> None:
    with serving(per_minute=2) as url:
        responses = [requests.get(f"{url}/api/sets/8683-1", timeout=10) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 1 <= int(responses[2].headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    "path", ["/api/sets/export", "/crop/genericnx400/sets/8683-1.jpg", "/media/downloads/sets.csv.gz", "/robots.txt"]
)
def test_a_known_etag_returns_304(url: str, path: str) -> None:
    first = requests.get(url + path, timeout=10)
    again = requests.get(url + path, headers={"If-None-Match": first.headers["ETag"]}, timeout=10)
    assert (again.status_code, again.content) == (304, b"")
    assert int(first.headers["Content-Length"]) == int(requests.head(url + path, timeout=10).headers["Content-Length"])


def test_different_pictures_have_different_etags(url: str) -> None:
    tags = [requests.head(f"{url}/crop/small/sets/{n}.jpg", timeout=10).headers["ETag"] for n in ("8683-1", "8683-2")]
    assert tags[0] != tags[1]


@pytest.mark.parametrize(
    ("oddity", "status", "kind"),
    [
        ("404", 404, "text/plain"),
        ("410", 410, "text/plain"),
        ("page", 200, "text/html"),
        ("elsewhere", 404, "text/plain"),
        ("transparent", 200, "image/png"),
        ("gray", 200, "image/jpeg"),
    ],
)
def test_odd_pictures_have_their_status_and_media_type(url: str, oddity: str, status: int, kind: str) -> None:
    response = requests.get(f"{url}/crop/genericnx400/sets/{number_of(oddity)}.jpg", timeout=10)
    assert (response.status_code, response.headers["Content-Type"].split(";")[0]) == (status, kind)


@pytest.mark.parametrize(("oddity", "status"), [("elsewhere", 200), ("nowhere", 404), ("broken promise", 404)])
def test_rebrickable_has_some_pictures_that_brick_insights_lacks(url: str, oddity: str, status: int) -> None:
    assert requests.get(f"{url}/media/sets/{number_of(oddity)}.jpg", timeout=10).status_code == status


@pytest.mark.parametrize("path", ["/", "/crop/huge/sets/8683-1.jpg", "/crop/small/sets/x.jpg", "/media/downloads/x"])
def test_other_paths_return_404(url: str, path: str) -> None:
    assert requests.get(url + path, timeout=10).status_code == 404


def test_tables_are_gzipped_csv_with_the_columns_of_the_service(url: str) -> None:
    themes, sets = (requests.get(f"{url}/media/downloads/{name}.csv.gz", timeout=10) for name in ("themes", "sets"))
    assert gzip.decompress(themes.content).startswith(b"id,name,parent_id\n1,Technic,\n")
    assert gzip.decompress(sets.content).startswith(b"set_num,name,year,theme_id,num_parts,img_url\n0011-2,Town")


def test_robots_may_fetch_everything_that_the_pipeline_uses(url: str) -> None:
    rules = RobotFileParser()
    rules.parse(requests.get(f"{url}/robots.txt", timeout=10).text.splitlines())
    assert rules.can_fetch("*", f"{url}/crop/genericnx400/sets/8683-1.jpg")
    assert not rules.can_fetch("*", f"{url}/admin/users")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_program_prints_its_url_and_exits_cleanly_on_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-m", "sample"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        assert words[:4] == ["serving", str(len(at_brick_insights())), "sets", "on"]
        assert requests.get(f"{words[4]}/robots.txt", timeout=10).ok
        process.send_signal(number)
        assert process.wait(timeout=10) == 0


def test_a_client_that_disconnects_leaves_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with serving() as url:
        host, port = url.removeprefix("http://").split(":")
        for _ in range(3):
            with socket.create_connection((host, int(port))) as client:
                client.sendall(b"GET /api/sets/export HTTP/1.1\r\nHost: x\r\n\r\n")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert requests.get(f"{url}/robots.txt", timeout=10).ok
    assert "Traceback" not in capfd.readouterr().err


def test_a_port_in_use_gives_a_message_without_a_traceback(url: str) -> None:
    port = url.rsplit(":", 1)[1]
    result = subprocess.run(
        [sys.executable, "-m", "sample", "--port", port], capture_output=True, text=True, timeout=20
    )
    assert result.returncode == 1 and port in result.stderr and "Traceback" not in result.stderr
