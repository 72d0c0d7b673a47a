import io
import zipfile
from pathlib import Path

import pytest

from themer.base.model_description import (
    DESCRIPTION_NAME,
    Description,
    description_json,
    member,
    no_classifier,
    no_model,
    read_description,
)

DESCRIPTION = Description(["Duplo", "Technic"], 32, (255, 255, 255), "lego_cnn", 1.5)


def zip_file(content: bytes, name: str = DESCRIPTION_NAME) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(member(name), content)
    return buffer.getvalue()


def test_a_description_is_read_as_it_was_written():
    content = zip_file(description_json(DESCRIPTION))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert read_description(file) == DESCRIPTION


def test_the_same_description_gives_the_same_bytes():
    assert zip_file(description_json(DESCRIPTION)) == zip_file(description_json(DESCRIPTION))


@pytest.mark.parametrize("content", [zip_file(b"{"), zip_file(b"{}"), zip_file(b'{"fill": [1]}'), zip_file(b"", "x")])
def test_a_file_without_a_description_raises_a_few_kinds_of_errors(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file, pytest.raises((KeyError, TypeError, ValueError)):
        read_description(file)


def test_errors_name_the_file_and_what_to_run():
    path = Path("models/classifier.tflite")
    assert str(no_model(path)) == "models/classifier.tflite: there is no model yet. Run: dvc repro"
    error = ValueError("no zip file\nand more")
    assert str(no_classifier(path, error)) == (
        "models/classifier.tflite: this file is damaged, or was not saved by this project (no zip file). Run: dvc repro"
    )
