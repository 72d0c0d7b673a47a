import logging

from tests.app.uploads import drawing, upload


def test_the_log_has_no_names_queries_or_addresses(client, caplog):
    caplog.set_level(logging.INFO)
    client.post("/api/predict?heatmap=secret", data=upload(drawing(), name="secret"))
    client.post("/api/predict?secret=1", data=upload(b"none", name="secret"))
    client.post("/api/predict?top=2", data=upload(drawing(), name="secret"))
    client.get("/no%0Athing")
    assert "POST /api/predict 200" in caplog.text and "/no%0Athing" in caplog.text
    assert "secret" not in caplog.text and "127.0.0.1" not in caplog.text
