import io
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from stages import paths
from tests.app.uploads import drawing, upload
from tests.conftest import picture_bytes, without_privileges
from tests.drawn_sets import KINDS
from themer.base.files import write_bytes
from themer.pictures.files import picture_path


def test_the_page_has_a_form_that_works_without_a_script(client):
    text = client.get("/").text
    assert re.search(r'<form[^>]*method="post"[^>]*enctype="multipart/form-data"', text)
    assert re.search(r'<input[^>]*name="image"', text)


def test_the_plain_form_shows_pictures_and_themes(client):
    response = client.post("/", data=upload(drawing(), b"text"))
    assert response.status_code == 200 and response.mimetype == "text/html"
    assert "data:image/jpeg;base64," in response.text and "Not a picture" in response.text
    assert all(kind in response.text for kind in KINDS)


def test_input_is_escaped(client):
    data = {"image": (io.BytesIO(drawing()), "<script>alert(1)</script>.jpg")}
    assert "<script>alert(1)" not in client.post("/", data=data).text


def test_nothing_is_inline_or_from_other_sites(client):
    pages = [client.get(path).text for path in ("/", "/about", "/docs", "/nothing")]
    pages.append(client.post("/", data=upload(drawing())).text)
    for text in pages:
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script>|javascript:", text)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


def test_only_the_two_plots_are_served(client_of, root, tmp_path):
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "result.png").write_bytes(b"png")
    (tmp_path / "plots" / "other.png").write_bytes(b"png")
    client = client_of(root=tmp_path)
    assert client.get("/plots/result.png").data == b"png"
    assert client.get("/plots/other.png").status_code == client.get("/plots/mistakes.png").status_code == 404


@pytest.mark.parametrize("set_id", ["1-1", "ÄB/7-1", "50%-1", "..-1"])
def test_a_set_of_any_number_has_its_picture(client_of, tmp_path, set_id):
    path = picture_path(tmp_path / paths.thumbnails, set_id)
    write_bytes(b"jpg", path)
    assert client_of(root=tmp_path).get(f"/sets/{path.name}").data == b"jpg"


def test_nothing_outside_the_thumbnails_folder_is_served(client):
    for name in ("..%2f..%2fdvc.lock", "../../dvc.lock", "....//dvc", "%00", "a" * 5000):
        assert client.get(f"/sets/{name}.jpg").status_code == 404


def test_without_a_model_the_page_says_what_to_run(client_of, tmp_path):
    client = client_of(root=tmp_path)
    response = client.get("/")
    assert response.status_code == 503 and "dvc repro" in response.text
    assert client.get("/about").status_code == 200


def test_a_model_that_can_not_be_read_is_told_from_a_missing_one(client_of, tmp_path):
    client = client_of(root=tmp_path)
    assert "There is no model" in client.get("/").text and "There is no model" in client.get("/about").text
    write_bytes(b"damaged", tmp_path / paths.model)
    client = client_of(root=tmp_path)
    assert "The model can’t be" in client.get("/").text and "The model can’t be" in client.get("/about").text
    assert "The model can't be read" in client.get("/readyz").json["detail"]


def test_a_picture_that_may_not_be_read_is_not_found(client_of, caplog):
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / paths.thumbnails).mkdir(parents=True)
        path = folder / paths.thumbnails / "1-1.jpg"
        path.write_bytes(picture_bytes())
        for one in (folder, *folder.rglob("*")):
            one.chmod(0o755)
        path.chmod(0)
        client = client_of(root=folder)
        client.get("/")
        with without_privileges():
            assert client.get("/sets/1-1.jpg").status_code == 404
    lines = [one for one in caplog.records if "1-1.jpg can't be sent: Permission denied" in one.message]
    assert len(lines) == 1 and lines[0].exc_info is None
