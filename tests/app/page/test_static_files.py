import re
from pathlib import Path

from app.page.static_files import static_url_path


def test_any_change_changes_all_addresses(tmp_path):
    (tmp_path / "page.js").write_text('import "./api.js";')
    (tmp_path / "api.js").write_text("1;")
    first = static_url_path(tmp_path)
    assert static_url_path(tmp_path) == first
    (tmp_path / "api.js").write_text("2;")
    second = static_url_path(tmp_path)
    (tmp_path / "api.js").rename(tmp_path / "other.js")
    assert len({first, second, static_url_path(tmp_path)}) == 3


def test_files_at_the_addresses_in_the_pages_are_cached_for_good(client):
    named = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text)
    folder = Path(client.application.static_folder)
    assert len(named) == 7 and all((folder / Path(one).name).is_file() for one in named)
    addresses = {f"{Path(named[0]).parent}/{path.name}" for path in folder.iterdir()}
    assert addresses >= set(named)
    responses = [client.get(address) for address in addresses]
    assert all(one.status_code == 200 and "max-age=31536000" in one.headers["Cache-Control"] for one in responses)
    assert all("default-src 'none'" in one.headers["Content-Security-Policy"] for one in responses)


def test_an_address_with_another_hash_is_not_found(client):
    for address in ("/static/page.css", "/static/0123456789ab/page.css"):
        assert client.get(address).status_code == 404


def test_in_development_nothing_is_cached(client_of, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    client = client_of()
    address = f"{client.application.static_url_path}/page.css"
    assert "no-cache" in client.get(address).headers["Cache-Control"]
