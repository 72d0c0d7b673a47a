import base64
import io

import pytest
from PIL import Image
from urllib3.filepost import encode_multipart_formdata

from tests.app.test_pictures import encoded, frames
from tests.conftest import picture_bytes
from tests.drawn_shards import KINDS, drawn_set

PROBLEM = "application/problem+json"


def upload(*contents: bytes, name: str = "picture", **fields: str) -> dict:
    return {"image": [(io.BytesIO(content), f"{name}-{n}.jpg") for n, content in enumerate(contents)], **fields}


def posted(client, *files: tuple[str, bytes]):
    """Send files as browsers do: the test client has no empty line before the content of an empty one."""
    body, content_type = encode_multipart_formdata([("image", file) for file in files])
    return client.post("/api/predict", data=body, content_type=content_type)


def drawing(kind: str = "minifigure", number: int = 9000) -> bytes:
    return encoded(drawn_set(kind, number), "JPEG")


def problem_of(response, status: int) -> dict:
    assert (response.status_code, response.mimetype) == (status, PROBLEM)
    found = response.json
    assert found["status"] == status and found["detail"].endswith(".") and set(found) == {
        "type", "title", "status", "detail",
    }  # fmt: skip
    return found


def test_a_picture_gets_its_theme_and_what_is_near(client):
    [found] = client.post("/api/predict", data=upload(drawing())).json
    assert set(found) == {"file", "theme", "confidence", "sure", "reason", "top", "similar"}
    assert found["file"] == "picture-0.jpg"
    assert sorted(one["theme"] for one in found["top"]) == sorted(KINDS)
    assert sum(one["probability"] for one in found["top"]) == pytest.approx(1, abs=1e-4)
    assert [one["distance"] for one in found["similar"]] == sorted(one["distance"] for one in found["similar"])
    assert set(found["similar"][0]) == {"set_id", "name", "year", "theme", "distance", "page", "thumbnail"}


def test_drawn_sets_are_told_apart(client):
    sent = [drawing(kind, number) for kind in KINDS for number in (9000, 9001, 9002)]
    found = client.post("/api/predict", data=upload(*sent)).json
    best = [one["top"][0]["theme"] for one in found]
    assert sum(theme == kind for theme, kind in zip(best, [kind for kind in KINDS for _ in range(3)], strict=True)) >= 7


def test_thumbnails_are_named_where_they_are(client):
    [found] = client.post("/api/predict", data=upload(drawing())).json
    named = [one["thumbnail"] for one in found["similar"] if one["thumbnail"]]
    assert named and all(client.get(name).status_code == 200 for name in named)
    assert all(client.get(f"/sets/{one['set_id']}.jpg").status_code == 404 for one in found["similar"] if not one["thumbnail"])  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("drawn", "size"), [("technic", (300, 200)), ("minifigure", (100, 900)), ("technic", (400, 400))]
)
def test_the_heat_map_has_the_shape_of_the_picture(client, drawn, size):
    content = encoded(drawn_set(drawn, 9000).resize(size), "PNG")
    [found] = client.post("/api/predict?heatmap=1", data=upload(content)).json
    kind, _, data = found["heatmap"].partition(",")
    overlay = Image.open(io.BytesIO(base64.b64decode(data)))
    assert kind == "data:image/png;base64" and overlay.mode == "RGBA"
    assert overlay.width / overlay.height == pytest.approx(size[0] / size[1], rel=0.05)
    assert overlay.getchannel("A").getextrema()[1] > 100


def test_of_several_files_each_has_its_entry(client):
    response = client.post("/api/predict", data=upload(drawing(), b"hello", drawing("technic")))
    first, second, third = response.json
    assert response.status_code == 200
    assert second == {"file": "picture-1.jpg", "error": second["error"]}
    assert second["error"]["title"] == "Not a picture" and second["error"]["status"] == 415
    assert first["top"] and third["top"] and third["file"] == "picture-2.jpg"


def test_if_none_can_be_read_the_first_problem_is_the_answer(client):
    assert problem_of(posted(client, ("one.jpg", b""), ("two.jpg", b"x")), 422)["title"] == "Empty file"
    assert problem_of(client.post("/api/predict", data=upload(b"<svg/>")), 415)["title"] == "Unsupported format"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_format_is_answered(client, kind):
    assert client.post("/api/predict", data=upload(picture_bytes(kind=kind))).status_code == 200


def test_animations_are_answered_by_their_first_frame(client):
    still, moving = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "GIF"), frames("GIF", 5)
    one, other = client.post("/api/predict", data=upload(still, moving)).json
    assert one["top"] == other["top"]


def test_a_picture_may_come_without_a_name(client):
    assert client.post("/api/predict", data={"image": (io.BytesIO(drawing()), "x")}).json[0]["file"] == "x"


def test_no_picture_is_a_problem(client):
    assert "image" in problem_of(client.post("/api/predict"), 422)["detail"]
    assert "image" in problem_of(client.post("/api/predict", data={"image": "text"}), 422)["detail"]
    assert problem_of(posted(client, ("", b"")), 400)["title"] == "No picture"


def test_a_parameter_that_makes_no_sense_is_named(client):
    found = problem_of(client.post("/api/predict?heatmap=perhaps", data=upload(drawing())), 422)
    assert found["title"] == "Not understood" and '"heatmap"' in found["detail"]


def test_too_much_is_refused(client_of):
    client = client_of(maximum_files=2, maximum_megabytes=1)
    small = drawing()
    assert problem_of(client.post("/api/predict", data=upload(*[small] * 3)), 413)["title"] == "Too many pictures"
    assert "1 MB" in problem_of(client.post("/api/predict", data=upload(b"x" * 1_100_000)), 413)["detail"]
    assert problem_of(client.post("/api/predict", data=upload(b"x" * 3_100_000)), 413)["type"] == "about:blank"


def test_the_model_is_described(client, root):
    found = client.get("/api/model").json
    assert found["labels"] == KINDS and found["network"] == "efficientnet_lite0" and found["parameters"] > 1_000_000
    assert len(found["sha256"]) == 64 and found["size"] == 128


def test_errors_of_the_api_are_problems(client):
    assert problem_of(client.get("/api/nothing"), 404)["title"] == "Not Found"
    response = client.get("/api/predict")
    assert problem_of(response, 405) and response.headers["Allow"] == "OPTIONS, POST"
    assert problem_of(client.get("/nothing", headers={"Accept": "application/json"}), 404)


def test_what_fails_inside_is_a_problem_without_details(client_of, monkeypatch):
    client = client_of()
    recognizer = client.application.extensions["lego-themer"].recognizer
    monkeypatch.setattr(recognizer.predictor, "answers", lambda pixels: 1 / 0)
    found = problem_of(client.post("/api/predict", data=upload(drawing())), 500)
    assert "division" not in found["detail"]
    monkeypatch.undo()
    assert client.post("/api/predict", data=upload(drawing())).status_code == 200


def test_without_a_model_it_says_what_to_run(client_of, tmp_path):
    client = client_of(root=tmp_path)
    for path in ("/api/model", "/readyz"):
        response = client.get(path, headers={"Accept": "application/json"})
        assert "dvc repro" in problem_of(response, 503)["detail"] and response.headers["Retry-After"]
    assert problem_of(client.post("/api/predict", data=upload(drawing())), 503)
    assert client.get("/healthz").status_code == 200
