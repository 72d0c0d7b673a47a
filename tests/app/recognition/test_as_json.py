from app.recognition.as_json import as_json
from themer.answering.index import NearSet
from themer.answering.predictor import Prediction


def test_a_distance_that_is_rounding_is_none():
    near = [NearSet("42019-1", "Digger II", 2016, "Technic", distance, None) for distance in (3.1e-6, 0.04268)]
    prediction = Prediction("Technic", 0.96, "label", None, 0.98, None, {"Technic": 0.96}, near)
    assert [found["distance"] for found in as_json(prediction)["similar"]] == [0, 0.0427]
