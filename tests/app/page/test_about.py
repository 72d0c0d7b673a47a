from PIL import Image

from app.page.about import about
from stages import paths
from tests.drawn_sets import KINDS, PICTURES
from themer.base.files import write_json


def test_the_page_describes_the_model_and_its_training_data(client):
    text = client.get("/about").text
    model = client.get("/api/model").json
    assert model["sha256"][:12] in text and "efficientnet_lite0" in text and "2026-11-22" in text


def test_pictures_are_counted_by_split_and_by_theme(root, tmp_path):
    found = about(None, root)["data"]
    assert found["pictures"] == PICTURES
    assert found["themes"] == dict.fromkeys(KINDS, sum(PICTURES.values()))
    assert about(None, tmp_path)["data"]["themes"] == {}


def test_a_model_that_always_abstains_has_no_accuracy_when_sure(client_of, tmp_path):
    write_json({"answered": 0.0}, tmp_path / paths.evaluate_metrics)
    text = client_of(root=tmp_path).get("/about").text
    assert "0.0&nbsp;%" in text and "of them correct" not in text


def test_the_picture_of_the_result_has_its_own_shape_whatever_the_number_of_themes(client_of, tmp_path):
    write_json({"answered": 0.5}, tmp_path / paths.evaluate_metrics)
    (tmp_path / paths.result).parent.mkdir()
    Image.new("RGB", (120, 252)).save(tmp_path / paths.result)
    assert 'width="120" height="252"' in client_of(root=tmp_path).get("/about").text
