import base64
import io

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from tests.app.uploads import drawing, encoded, frames, posted, problem_of, upload
from tests.conftest import picture_bytes
from tests.drawn_sets import KINDS, drawn_set
from themer.pictures.images import content_box


def test_a_picture_gets_its_theme_and_similar_sets(client):
    [found] = client.post("/api/predict", data=upload(drawing())).json
    assert set(found) == {
        *("file", "theme", "confidence", "sure", "none_of_these", "other_theme", "reason", "top", "similar")
    }
    assert found["file"] == "picture-0.jpg"
    assert sorted(one["theme"] for one in found["top"]) == sorted(KINDS)
    assert sum(one["probability"] for one in found["top"]) == pytest.approx(1, abs=1e-4)
    assert [one["distance"] for one in found["similar"]] == sorted(one["distance"] for one in found["similar"])
    assert set(found["similar"][0]) == {"set_id", "name", "year", "theme", "distance", "page", "thumbnail"}


def test_drawn_sets_are_predicted_correctly(client):
    sent = [drawing(kind, number) for kind in KINDS for number in (9000, 9001, 9002)]
    found = client.post("/api/predict", data=upload(*sent)).json
    best = [one["top"][0]["theme"] for one in found]
    assert sum(theme == kind for theme, kind in zip(best, [kind for kind in KINDS for _ in range(3)], strict=True)) >= 7


def test_thumbnails_are_linked_where_they_exist(client):
    [found] = client.post("/api/predict", data=upload(drawing())).json
    named = [one["thumbnail"] for one in found["similar"] if one["thumbnail"]]
    assert named and all(client.get(name).status_code == 200 for name in named)
    assert all(client.get(f"/sets/{one['set_id']}.jpg").status_code == 404 for one in found["similar"] if not one["thumbnail"])  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    ("drawn", "size"), [("technic", (300, 200)), ("minifigure", (100, 900)), ("technic", (400, 400))]
)
def test_the_heat_map_has_the_shape_of_the_picture(client, drawn, size):
    overlay = heat_map_of(client, drawn_set(drawn, 9000).resize(size))
    assert overlay.width / overlay.height == pytest.approx(size[0] / size[1], rel=0.05)
    assert overlay.getchannel("A").getextrema()[1] > 100


def test_the_heat_map_leaves_the_margin_out(client):
    picture = drawn_set("technic", 9000)
    content = picture.crop(content_box(picture))
    width, height = content.size
    with_margin = Image.new("RGB", (2 * width, height), "white")
    with_margin.paste(content, (width, 0))
    heat = np.asarray(heat_map_of(client, with_margin).getchannel("A"))
    middle = heat.shape[1] // 2
    assert not heat[:, : middle - 1].any() and heat[:, middle:].max() > 100


def heat_map_of(client: FlaskClient, picture: Image.Image) -> Image.Image:
    """Return the heat-map that the API makes of a picture."""
    [found] = client.post("/api/predict?heatmap=1", data=upload(encoded(picture, "PNG"))).json
    kind, _, data = found["heatmap"].partition(",")
    overlay = Image.open(io.BytesIO(base64.b64decode(data)))
    assert kind == "data:image/png;base64" and overlay.mode == "RGBA"
    return overlay


def test_each_of_several_files_has_an_entry(client):
    response = client.post("/api/predict", data=upload(drawing(), b"hello", drawing("technic")))
    first, second, third = response.json
    assert response.status_code == 200
    assert second == {"file": "picture-1.jpg", "problem": second["problem"]}
    assert second["problem"]["title"] == "Not a picture" and second["problem"]["status"] == 415
    assert first["top"] and third["top"] and third["file"] == "picture-2.jpg"


def test_without_a_readable_file_each_still_has_an_entry(client):
    response = posted(client, ("one.jpg", b""), ("two.jpg", b"x"), ("three.svg", b"<svg/>"))
    assert response.status_code == 200 and [one["file"] for one in response.json] == ["one.jpg", "two.jpg", "three.svg"]
    titles = ["Empty file", "Not a picture", "Unsupported format"]
    assert [one["problem"]["title"] for one in response.json] == titles
    assert all(set(one["problem"]) == {"type", "title", "status", "detail"} for one in response.json)


def test_a_picture_has_the_same_prediction_in_every_kind_of_body(client):
    [expected] = client.post("/api/predict", data=upload(drawing(), name="body")).json
    as_text = base64.b64encode(drawing()).decode()
    bodies = [
        {"data": drawing(), "content_type": "image/jpeg"},
        {"data": drawing(), "content_type": "image/whatever"},
        {"data": drawing(), "content_type": "application/octet-stream"},
        {"data": drawing()},
        {"json": {"image": as_text}},
        {"json": {"image": [f"data:image/jpeg;base64,{as_text}"]}},
    ]
    for body in bodies:
        [found] = client.post("/api/predict", **body).json
        assert {**found, "file": ""} == {**expected, "file": ""}
        assert found["file"] == ("image[0]" if "json" in body else "body")


def test_the_number_of_themes_can_be_chosen(client):
    for top, expected in (("1", 1), ("2", 2), ("1000", len(KINDS))):
        [found] = client.post(f"/api/predict?top={top}", data=drawing()).json
        assert len(found["top"]) == expected
    for top in ("0", "-1", "many", "1.5", ""):
        assert '"top"' in problem_of(client.post(f"/api/predict?top={top}", data=drawing()), 422)["detail"]


def test_every_response_of_the_api_names_the_model(client):
    expected = client.get("/api/model").json["sha256"]
    responses = [
        client.get("/api/model"),
        client.post("/api/predict", data=drawing()),
        client.post("/api/predict"),
        client.post("/api/predict?heatmap=perhaps", data=drawing()),
    ]
    assert [one.headers["Model-SHA256"] for one in responses] == [expected] * 4


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
def test_every_format_is_accepted(client, kind):
    assert client.post("/api/predict", data=upload(picture_bytes(kind=kind))).status_code == 200


def test_the_first_frame_of_an_animation_is_used(client):
    still, moving = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "GIF"), frames("GIF", 5)
    one, other = client.post("/api/predict", data=upload(still, moving)).json
    assert one["top"] == other["top"]


def test_a_file_name_needs_no_extension(client):
    assert client.post("/api/predict", data={"image": (io.BytesIO(drawing()), "x")}).json[0]["file"] == "x"


def test_a_request_without_a_picture_is_a_problem(client):
    assert "image" in problem_of(client.post("/api/predict"), 400)["detail"]
    form = {"data": {"image": "text"}, "content_type": "multipart/form-data"}
    assert "text" in problem_of(client.post("/api/predict", **form), 400)["detail"]
    assert problem_of(posted(client, ("", b"")), 400)["title"] == "No picture"


def test_an_invalid_parameter_is_named(client):
    found = problem_of(client.post("/api/predict?heatmap=perhaps", data=upload(drawing())), 422)
    assert found["title"] == "Not understood" and '"heatmap"' in found["detail"]


def test_a_parameter_that_is_given_several_times_is_named(client):
    for query in ("top=1&top=2", "top=1&top=x", "heatmap=1&top=2&heatmap=1"):
        found = problem_of(client.post(f"/api/predict?{query}", data=drawing()), 422)
        assert found["title"] == "Not understood" and "is given 2 times. Give it once." in found["detail"]


def test_unknown_names_are_refused_by_name(client):
    for path in ("/api/predict?tpo=3", "/api/predict?heatmap=1&tpo=3"):
        assert problem_of(client.post(path, data=drawing()), 422)["detail"].startswith('"tpo" is unknown.')
    assert '"page" is unknown' in problem_of(client.get("/api/model?page=2"), 422)["detail"]
    for body in ({"data": upload(drawing(), heatmap="1")}, {"data": {"heatmap": (io.BytesIO(drawing()), "x")}}):
        assert '"heatmap"' in problem_of(client.post("/api/predict", **body), 422)["detail"]
    assert '"url" is unknown' in problem_of(client.post("/api/predict", json={"url": "http://x"}), 422)["detail"]


def test_too_many_or_too_large_pictures_are_refused(client_of):
    client = client_of(maximum_files=2, maximum_megabytes=1)
    small = drawing()
    assert problem_of(client.post("/api/predict", data=upload(*[small] * 3)), 422)["title"] == "Too many pictures"
    large, fine = client.post("/api/predict", data=upload(b"x" * 1_100_000, small)).json
    assert large["problem"]["status"] == 413 and "1 MB" in large["problem"]["detail"] and fine["top"]
    assert problem_of(client.post("/api/predict", json={"image": [""] * 3}), 422)["title"] == "Too many pictures"
    assert problem_of(client.post("/api/predict", data=upload(b"x" * 3_100_000)), 413)["type"] == "about:blank"


def test_as_many_pictures_as_the_operator_allows_are_predicted_at_once(client_of):
    client, small = client_of(maximum_files=110, waiting_pictures=4), encoded(Image.new("RGB", (8, 8)))
    assert len(client.post("/api/predict", data=upload(*[small] * 110)).json) == 110
    found = problem_of(client.post("/api/predict", data=upload(*[small] * 111)), 422)
    assert "Send at most 110 pictures at once, not 111." in found["detail"]


def test_the_model_is_described(client, root):
    found = client.get("/api/model").json
    assert found["labels"] == KINDS and found["network"] == "efficientnet_lite0" and found["parameters"] > 1_000_000
    assert len(found["sha256"]) == 64 and found["size"] == 128


def test_without_a_model_the_problem_says_what_to_run(client_of, tmp_path):
    client = client_of(root=tmp_path)
    for path in ("/api/model", "/readyz"):
        response = client.get(path, headers={"Accept": "application/json"})
        assert "dvc repro" in problem_of(response, 503)["detail"] and response.headers["Retry-After"]
    assert problem_of(client.post("/api/predict", data=upload(drawing())), 503)
    assert client.get("/healthz").status_code == 200


def test_uploads_per_client_are_limited(client_of):
    client = client_of(requests_per_minute=2)
    for _ in range(2):
        assert client.post("/api/predict", data=upload(drawing())).status_code == 200
    for path in ("/api/predict", "/"):
        response = client.post(path, data=upload(drawing()), headers={"Accept": "application/json"})
        assert problem_of(response, 429) and int(response.headers["Retry-After"]) >= 1
    assert client.get("/").status_code == 200


def test_too_many_parts_are_refused(client):
    data = {f"field{number}": "x" for number in range(200)}
    assert problem_of(client.post("/api/predict", data={**data, "image": (io.BytesIO(drawing()), "x")}), 413)
