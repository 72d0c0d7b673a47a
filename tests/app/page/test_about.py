from app.page.about import about
from tests.drawn_sets import KINDS, PICTURES


def test_the_page_describes_the_model_and_its_training_data(client):
    text = client.get("/about").text
    model = client.get("/api/model").json
    assert model["sha256"][:12] in text and "efficientnet_lite0" in text and "2026-11-22" in text


def test_pictures_are_counted_by_split_and_by_theme(root, tmp_path):
    found = about(None, root)["data"]
    assert found["pictures"] == PICTURES
    assert found["themes"] == dict.fromkeys(KINDS, sum(PICTURES.values()))
    assert about(None, tmp_path)["data"]["themes"] == {}
