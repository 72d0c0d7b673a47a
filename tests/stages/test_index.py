import pytest
from stages.index import main

from tests.small_shards import FILL, LABELS, SIZE, settings, write_photo_shards, write_shards
from themer.answering.index import Index
from themer.base.model_description import Description
from themer.networks.model_file import save_classifier
from themer.networks.registry import build


def run(folder, params):
    (folder / "labelled.csv").write_text("set_id,name,year\n500-1,Super Car,1994\n")
    paths = [f"--{name}={folder / path}" for name, path in PATHS.items()]
    main([*paths, "--params", str(params)])


def test_an_index_is_written_for_a_model_and_its_pictures(tmp_path, write_params, capsys):
    write_shards(tmp_path / "shards")
    write_photo_shards(tmp_path / "photos")
    save_classifier(
        build(settings(), SIZE, 3), Description(LABELS, SIZE, FILL, "lego_cnn", 1.0, 0.5), tmp_path / "one.keras"
    )
    run(tmp_path, write_params({"fetch.source": "rebrickable"}))
    index = Index(tmp_path / "index")
    assert 0 < index.summary.limit < 1
    assert f"{index.summary.limit:.3f}" in capsys.readouterr().out
    facts = {one.set_id: (one.name, one.year, one.page) for one in index.pictures}
    assert facts["500-1"] == ("Super Car", "1994", "https://rebrickable.com/sets/500-1/")
    assert facts["501-1"] == ("", "", "")


def test_without_a_model_it_says_what_to_do(tmp_path, write_params):
    with pytest.raises(SystemExit, match=r"one\.keras: there is no model here yet. Run: dvc repro"):
        run(tmp_path, write_params({}))


PATHS = {"model": "one.keras", "shards": "shards", "photos": "photos", "labelled": "labelled.csv", "out": "index"}
