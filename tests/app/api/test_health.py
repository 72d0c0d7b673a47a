import shutil

from tests.app.strangers import make_strangers
from tests.app.uploads import drawing, upload


def test_the_server_is_alive_and_ready(client):
    assert client.get("/healthz").json == {"status": "alive"}
    assert client.get("/readyz").json == {"status": "ready"}


def test_metrics_count_requests_by_route_and_pictures_by_theme(client_of):
    client = client_of()
    entries = client.post("/api/predict", data=upload(drawing(), b"text")).json
    client.get("/sets/1-1.jpg"), client.get("/sets/2-1.jpg"), client.get("/anything")
    client.get(f"{client.application.static_url_path}/page.css")
    text = client.get("/metrics").text
    assert 'requests_total{method="POST",route="/api/predict",status="200"} 1.0' in text
    assert 'requests_total{method="GET",route="/sets/<path:set_id>.jpg",status="404"} 2.0' in text
    assert 'requests_total{method="GET",route="none",status="404"} 1.0' in text
    static = client.application.static_url_path
    assert f'requests_total{{method="GET",route="{static}/<path:filename>",status="200"}} 1.0' in text
    assert f'pictures_total{{answer="{entries[0]["theme"] or "not sure"}"}} 1.0' in text
    assert 'pictures_refused_total{problem="Not a picture"} 1.0' in text
    assert 'request_seconds_count{route="/api/predict"} 1.0' in text
    assert "\nwaiting_pictures 0.0" in text and "process_resident_memory_bytes" in text
    assert "127.0.0.1" not in text


def test_metrics_tell_none_of_these_themes_from_not_sure(client_of, root, tmp_path):
    index = shutil.copytree(root / "models", tmp_path / "models") / "index"
    make_strangers(index)
    client = client_of(root=tmp_path)
    assert client.post("/api/predict", data=upload(drawing())).json[0]["none_of_these"]
    assert 'pictures_total{answer="none of these themes"} 1.0' in client.get("/metrics").text


def test_unknown_methods_do_not_add_series(client):
    client.open("/", method="BREW")
    assert "BREW" not in client.get("/metrics").text
