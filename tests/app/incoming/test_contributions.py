import io

import pytest
from PIL import Image

from app.incoming.form import FORM
from tests.app.uploads import drawing, encoded, problem_of, upload
from tests.drawn_sets import drawn_set
from themer.pictures.own_photos import survey_photos


@pytest.fixture
def writable(root, tmp_path):
    """A copy of the project with its own folder of photos."""
    for name in ("models", "metrics"):
        (tmp_path / name).symlink_to(root / name)
    (tmp_path / "data" / "photos").mkdir(parents=True)
    return tmp_path


def contributed(content: bytes, theme: str = "minifigure") -> dict:
    """Return a form with a picture and a theme."""
    return {"image": (io.BytesIO(content), "../../name.php"), "theme": theme}


def test_contributions_are_off_by_default(client):
    for path in ("/api/contribute", "/contribute"):
        assert client.post(path, data=contributed(drawing())).status_code == 404
    assert "/api/contribute" not in client.get("/openapi.json").json["paths"]


def test_pictures_are_not_kept_unless_contributed(client_of, writable):
    client = client_of(root=writable, contributions=True)
    assert client.post("/api/predict", data=upload(drawing())).status_code == 200
    assert client.post("/", data=upload(drawing())).status_code == 200
    assert not list((writable / "data" / "photos").iterdir())


def test_a_picture_is_kept_where_the_pipeline_finds_it(client_of, writable):
    response = client_of(root=writable, contributions=True).post("/api/contribute", data=contributed(drawing()))
    found = survey_photos(writable / "data" / "photos", ["minifigure", "technic"])
    [(photo, label)] = found.label_of.items()
    assert found.problems == []
    assert response.status_code == 201 and label == "minifigure"
    assert photo == f"photos/{response.json['photo']}" and "name" not in photo
    assert [path.name for path in (writable / "data" / "photos" / "minifigure").iterdir()] == [photo.rpartition("/")[2]]


def test_a_picture_of_none_of_the_themes_is_kept_where_the_pipeline_finds_it(client_of, writable):
    client = client_of(root=writable, contributions=True)
    response = client.post("/api/contribute", data=contributed(drawing(), "None of these themes"))
    assert response.status_code == 201 and response.json["photo"].startswith("none-of-these-themes/")
    found = survey_photos(writable / "data" / "photos", ["minifigure", "technic"])
    assert (list(found.label_of.values()), found.problems) == (["None of these themes"], [])


@pytest.mark.parametrize("theme", ["2.10", "1e5", "2009", "true", "null", '"Quoted"', "[1]"])
def test_a_theme_that_looks_like_json_is_read_as_it_was_sent(client_of, writable, theme):
    response = client_of(root=writable, contributions=True).post("/api/contribute", data=contributed(drawing(), theme))
    assert f'There is no theme "{theme}".' in problem_of(response, 422)["detail"]


def test_metadata_is_removed(client_of, writable):
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "taken at home", 6
    content = encoded(drawn_set("minifigure", 1), "JPEG", exif=exif, comment=b"secret") + b"<?php secret"
    client_of(root=writable, contributions=True).post("/api/contribute", data=contributed(content))
    [path] = (writable / "data" / "photos" / "minifigure").iterdir()
    assert b"home" not in path.read_bytes() and b"secret" not in path.read_bytes()
    kept, sent = Image.open(path), drawn_set("minifigure", 1)
    assert kept.size == sent.size[::-1] and not kept.getexif() and "comment" not in kept.info


def test_the_same_picture_is_kept_once_and_nothing_is_overwritten(client_of, writable):
    client = client_of(root=writable, contributions=True)
    first = client.post("/api/contribute", data=contributed(drawing())).json["photo"]
    path = writable / "data" / "photos" / first
    path.write_bytes(b"changed by its owner")
    assert client.post("/api/contribute", data=contributed(drawing())).json["photo"] == first
    assert path.read_bytes() == b"changed by its owner"


def test_only_pictures_of_known_themes_are_kept(client_of, writable):
    client = client_of(root=writable, contributions=True)
    for theme in ("../../etc", "", "castle"):
        assert problem_of(client.post("/api/contribute", data=contributed(drawing(), theme)), 422)
    assert problem_of(client.post("/api/contribute", data=contributed(b"text")), 415)
    form = {"data": {"theme": "technic"}, "content_type": "multipart/form-data"}
    assert '"image"' in problem_of(client.post("/api/contribute", **form), 422)["detail"]
    assert not list((writable / "data" / "photos").rglob("*"))


def test_a_contribution_is_a_form_without_unknown_names(client_of, writable):
    client = client_of(root=writable, contributions=True)
    for body in ({"data": drawing(), "content_type": "image/jpeg"}, {"json": {}}, {"data": {"theme": "technic"}}, {}):
        assert "multipart/form-data" in problem_of(client.post("/api/contribute", **body), 415)["detail"]
    form = {**contributed(drawing()), "licence": "CC0"}
    assert '"licence" is unknown' in problem_of(client.post("/api/contribute", data=form), 422)["detail"]
    assert (
        '"x" is unknown' in problem_of(client.post("/api/contribute?x=1", data=contributed(drawing())), 422)["detail"]
    )
    assert not list((writable / "data" / "photos").rglob("*"))


@pytest.mark.parametrize("path", ["/api/contribute", "/contribute"])
def test_a_contribution_is_one_picture_and_one_theme(client_of, writable, path):
    client = client_of(root=writable, contributions=True)
    form = {"theme": "technic", "image": "text"}
    found = problem_of(client.post(path, data=form, content_type="multipart/form-data"), 400)
    assert found["title"] == "No picture"
    two = upload(drawing(), drawing(number=9001), theme="technic")
    assert "one picture at once, not 2" in problem_of(client.post(path, data=two), 422)["detail"]
    several = {**contributed(drawing()), "theme": ["technic", "minifigure"]}
    assert '"theme" is given 2 times' in problem_of(client.post(path, data=several), 422)["detail"]
    assert not list((writable / "data" / "photos").rglob("*"))


def test_the_documentation_says_what_is_kept(client, client_of, writable):
    without, with_them = (one.get("/openapi.json").json["info"]["description"] for one in
                          (client, client_of(root=writable, contributions=True)))  # fmt: skip
    assert "Pictures are not stored." in without and "/api/contribute" not in without
    assert "Pictures are not stored." not in with_them and "except those sent to /api/contribute" in with_them
    assert without in client.get("/docs").text


def test_contributions_per_hour_are_limited(client_of, writable):
    client = client_of(root=writable, contributions=True, contributions_per_hour=1)
    assert client.post("/api/contribute", data=contributed(drawing())).status_code == 201
    response = client.post("/api/contribute", data=contributed(drawing(number=9001)))
    # Its hour ends with the clock's.
    assert "The limit is 1 per hour. Wait " in problem_of(response, 429)["detail"]
    assert 0 < int(response.headers["Retry-After"]) <= 3600


def test_only_contributions_that_are_kept_count(client_of, writable):
    client = client_of(root=writable, contributions=True, contributions_per_hour=1)
    for refused in (contributed(drawing(), "no theme"), contributed(b"text"), {"theme": "technic"}):
        assert client.post("/api/contribute", data=refused, content_type=FORM).status_code in (400, 415, 422)
    assert client.post("/api/contribute", data=contributed(drawing())).status_code == 201
    assert client.post("/api/contribute", data=contributed(drawing())).status_code == 429


@pytest.mark.parametrize("path", ["/contribute", "/api/contribute"])
def test_refused_contributions_are_limited_as_uploads_are(client_of, writable, path):
    client = client_of(root=writable, contributions=True, requests_per_minute=1)
    form = {"image": "text", "theme": "technic"}
    assert [client.post(path, data=form, content_type=FORM).status_code for _ in range(2)] == [400, 429]


def test_a_full_folder_refuses_more(client_of, writable):
    client = client_of(root=writable, contributions=True, contributed_megabytes=1)
    (writable / "data" / "photos" / "full.jpg").write_bytes(b"x" * 1_000_000)
    assert problem_of(client.post("/api/contribute", data=contributed(drawing())), 507)["title"] == "No room"


def test_the_plain_form_says_thank_you(client_of, writable):
    response = client_of(root=writable, contributions=True).post("/contribute", data=contributed(drawing()))
    assert response.status_code == 201 and "minifigure" in response.text
    assert len(list((writable / "data" / "photos").rglob("*.jpg"))) == 1


@pytest.mark.parametrize("blocked", ["data/photos", "data/photos/minifigure"])
def test_where_nothing_can_be_kept_a_problem_says_so(client_of, writable, caplog, blocked):
    (writable / "data" / "photos").rmdir()
    (writable / blocked).parent.mkdir(exist_ok=True)
    (writable / blocked).write_bytes(b"")
    client = client_of(root=writable, contributions=True)
    assert problem_of(client.post("/api/contribute", data=contributed(drawing())), 503)["title"] == "Not kept"
    response = client.post("/contribute", data=contributed(drawing()), headers={"Accept": "text/html"})
    assert response.status_code == 503 and "be kept for the moment" in response.text
    lines = [one for one in caplog.records if one.levelname == "ERROR"]
    assert len(lines) == 2 and all(str(writable / blocked) in one.message and not one.exc_info for one in lines)
