import pytest

from stages.index import main
from tests.small_shards import FILL, LABELS, SIZE, settings, write_photo_shards, write_shards
from themer.index import Index
from themer.model_files import Description, save_classifier
from themer.networks import build


def test_an_index_is_written_for_a_model_and_its_pictures(tmp_path, capsys):
    write_shards(tmp_path / "shards")
    write_photo_shards(tmp_path / "photos")
    save_classifier(
        build(settings(), SIZE, 3), Description(LABELS, SIZE, FILL, "lego_cnn", 1.0, 0.5), tmp_path / "one.keras"
    )
    main([f"--{name}={tmp_path / path}" for name, path in PATHS.items()])
    summary = Index(tmp_path / "index").summary
    assert 0 < summary.limit < 1
    assert f"{summary.limit:.3f}" in capsys.readouterr().out


def test_without_a_model_it_says_what_to_do(tmp_path, capsys):
    with pytest.raises(SystemExit, match=r"one\.keras: there is no model here yet. Run: dvc repro"):
        main([f"--{name}={tmp_path / path}" for name, path in PATHS.items()])


PATHS = {"model": "one.keras", "shards": "shards", "photos": "photos", "out": "index"}
