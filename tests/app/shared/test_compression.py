import gzip

import pytest

from tests.app.uploads import drawing

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("name", ["/", "/about", "/openapi.json", "page.css", "page.js", "favicon.svg"])
def test_texts_are_compressed_for_clients_that_accept_it(client, name):
    address = name if name.startswith("/") else f"{client.application.static_url_path}/{name}"
    plain, packed = client.get(address), client.get(address, headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < 0.6 * len(plain.data)
    assert packed.headers["Content-Length"] == str(len(packed.data))
    assert "Accept-Encoding" in packed.headers["Vary"] and "Accept-Encoding" in plain.headers["Vary"]


def test_predictions_are_compressed(client):
    plain = client.post("/api/predict", data=drawing())
    assert gzip.decompress(client.post("/api/predict", data=drawing(), headers=GZIP).data) == plain.data


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br", ""])
def test_other_clients_get_plain_text(client, accepted):
    response = client.get("/", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in response.headers and response.data.lstrip().startswith(b"<!doctype html>")


def test_pictures_and_short_texts_are_not_compressed(client):
    [found] = client.post("/api/predict", data=drawing()).json
    thumbnail = next(one["thumbnail"] for one in found["similar"] if one["thumbnail"])
    for address in (thumbnail, "/healthz"):
        assert "Content-Encoding" not in client.get(address, headers=GZIP).headers


@pytest.mark.parametrize("headers", [GZIP, {}])
@pytest.mark.parametrize("name", ["page.css", "favicon.svg"])
def test_a_browser_that_has_the_file_gets_nothing_new_but_the_same_tag(client, headers, name):
    address = f"{client.application.static_url_path}/{name}"
    first = client.get(address, headers=headers)
    again = client.get(address, headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert first.headers["ETag"].startswith("W/") == (headers == GZIP) == ("Accept-Ranges" not in first.headers)


def test_a_part_of_a_file_is_sent_as_it_is(client):
    address = f"{client.application.static_url_path}/page.css"
    part = client.get(address, headers={**GZIP, "Range": "bytes=0-999"})
    assert part.status_code == 206 and part.data == client.get(address).data[:1000]


def test_a_head_request_has_the_headers_of_the_text(client):
    address = f"{client.application.static_url_path}/page.css"
    head, whole = client.head(address, headers=GZIP), client.get(address, headers=GZIP)
    assert head.data == b"" and head.headers["Content-Length"] == whole.headers["Content-Length"]
