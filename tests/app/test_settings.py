import pytest

from app.settings import Settings
from themer.answering.predictor import Predictor


@pytest.mark.parametrize("model", ["models", "models/classifier.tflite"])
def test_the_model_is_named_by_its_folder_or_its_file(root, model):
    settings = Settings(root=root, model=model)
    assert Predictor.load(settings.model_file, settings.index).labels
