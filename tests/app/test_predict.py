import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.command_line.many import PICTURES_AT_ONCE, predictions
from app.command_line.named_files import LIMITS
from app.predict import main
from stages import paths
from tests.conftest import PROJECT, picture_bytes
from tests.drawn_sets import KINDS, drawn_set
from themer.answering.predictor import OUT_OF_DISTRIBUTION, Prediction, Predictor

HEAVY = ["tensorflow", "keras", "flask", "sklearn", "pandas", "matplotlib"]
ALONE = "import sys; from app.predict import main; main(sys.argv[1:]); print([n for n in HEAVY if n in sys.modules])"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two pictures of drawn sets, one of them in a subfolder, and a text file."""
    (tmp_path / "deeper").mkdir()
    drawn_set(KINDS[0], 9000).save(tmp_path / "b.png")
    drawn_set(KINDS[1], 9000).save(tmp_path / "deeper" / "a.JPG", "JPEG")
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.fixture
def run(root: Path, capsys: pytest.CaptureFixture[str]):
    """Return a function that returns the exit code, the output and the errors for some arguments."""

    def run(*arguments: object) -> tuple[int, str, str]:
        model = ["--model", str(root / paths.model), "--index", str(root / paths.index)]
        code = main([*map(str, arguments), *model])
        return code, *capsys.readouterr()

    return run


def test_a_line_has_file_theme_and_confidence(run, folder):
    code, lines, problems = run(folder / "b.png")
    file, theme, confidence = lines.rstrip("\n").split("\t")
    assert (code, file, problems) == (0, str(folder / "b.png"), "")
    assert theme == KINDS[0] or theme.startswith("not sure (")
    assert confidence.endswith(" %")


def test_other_things_are_not_sure_with_the_reason(run, folder):
    (folder / "noise.png").write_bytes(picture_bytes(3, kind="PNG"))
    _, lines, _ = run(folder / "noise.png")
    assert f"\tnot sure ({OUT_OF_DISTRIBUTION})\t" in lines


def test_folders_yield_their_pictures_sorted_with_subfolders(run, folder):
    _, lines, _ = run(folder)
    assert [line.split("\t")[0] for line in lines.splitlines()] == [
        str(folder / "b.png"),
        str(folder / "deeper" / "a.JPG"),
    ]


def test_a_folder_leaves_nothing_out_without_a_word(run, folder):
    """Pictures are told by their content, whatever their names; what is no picture is named."""
    (folder / "b.png").rename(folder / "b.jfif")
    (folder / "photo.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    (folder / "album").symlink_to(folder / "deeper")
    (folder / "nothing").mkdir()
    code, lines, problems = run(folder)
    assert code == 1 and [line.split("\t")[0] for line in lines.splitlines()] == [
        str(folder / "b.jfif"),
        str(folder / "deeper" / "a.JPG"),
    ]
    album, notes, photo = problems.splitlines()
    assert album.startswith(f"{folder}/album: A link to a folder") and photo.startswith(f"{folder}/photo.heic: ")
    assert "This is HEIC" in photo and notes.startswith(f"{folder}/notes.txt: Not a picture")


def test_what_operating_systems_leave_behind_is_no_reason_to_fail(run, folder):
    (folder / "notes.txt").rename(folder / "Thumbs.db")
    for name in ("deeper/.DS_Store", "__MACOSX/b.png", "deeper/desktop.ini"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"left behind")
    code, lines, problems = run(folder)
    assert (code, problems) == (0, "") and len(lines.splitlines()) == 2


def test_patterns_match_unless_a_file_has_that_name(run, folder):
    (folder / "b.png").rename(folder / "b[1].png")
    assert run(folder / "b[1].png")[0] == 0
    code, lines, _ = run(folder / "**" / "*.[Jp]*")
    assert code == 0 and len(lines.splitlines()) == 2
    code, _, problems = run(folder / "*.webp")
    assert code == 1 and "*.webp: No such file or directory." in problems


def test_top_adds_the_most_probable_themes(run, folder):
    _, lines, _ = run(folder / "b.png", "--top", 2)
    assert lines.rstrip("\n").split("\t")[3].count(" %") == 2


def test_json_is_a_list_like_the_apis(run, folder, client):
    code, text, _ = run(folder / "b.png", "--json", "--top", 5)
    [found] = json.loads(text)
    with (folder / "b.png").open("rb") as file:
        [served] = client.post("/api/predict", data={"image": (file, "b.png")}).json
    assert code == 0 and found["file"] == str(folder / "b.png")
    for similar in served["similar"]:
        del similar["thumbnail"]
    assert {**found, "file": "b.png"} == served


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_unreadable_pictures_are_reported_and_the_others_predicted(run, folder, options):
    (folder / "broken.png").write_bytes((folder / "b.png").read_bytes()[:500])
    (folder / "empty").mkdir()
    names = ["missing.png", "broken.png", "b.png", "notes.txt", "empty", "deeper"]
    code, text, problems = run(*[folder / name for name in names], *options)
    assert code == 1
    complaints = problems.splitlines()
    assert [line.split(": ")[0] for line in complaints] == [
        str(folder / name) for name in ("missing.png", "broken.png", "notes.txt", "empty")
    ]
    assert "No such file" in complaints[0] and "Broken picture" in complaints[1] and "Not a picture" in complaints[2]
    if options:
        assert ["problem" in one for one in json.loads(text)] == [True, True, False, True, True, False]
    else:
        assert len(text.splitlines()) == 2


def test_a_file_that_is_too_large_is_not_read(run, folder):
    with (folder / "large.png").open("wb") as file:
        file.truncate(LIMITS.maximum_bytes + 1)
    code, lines, problems = run(folder / "large.png")
    assert (code, lines) == (1, "") and "Picture too large. The limit is 20 MB." in problems


def test_without_readable_pictures_there_are_no_lines(run, folder):
    assert run(folder / "notes.txt")[:2] == (1, "")


def test_a_file_name_stays_on_one_line(run, folder):
    (folder / "b.png").rename(folder / "two\nlines\t.png")
    _, lines, _ = run(folder / "two\nlines\t.png")
    assert len(lines.splitlines()) == 1 and lines.count("\t") == 2


def test_without_a_model_the_error_says_what_to_run(tmp_path, capsys):
    code = main(["a.png", "--model", str(tmp_path / "none.tflite"), "--index", str(tmp_path)])
    assert code == 2
    assert "none.tflite: there is no model yet. Run: dvc repro" in capsys.readouterr().err


@pytest.mark.parametrize("top", ["0", "-1", "two"])
def test_a_number_below_one_is_refused(folder, capsys, top):
    with pytest.raises(SystemExit):
        main([str(folder), "--top", top])
    assert "expected a number from 1 up" in capsys.readouterr().err


def test_only_a_few_pictures_are_in_memory_at_a_time(root, folder):
    predictor = Predictor.load(root / paths.model, root / paths.index)
    taken = []
    names = (taken.append(1) or folder / "b.png" for _ in range(100))
    found = predictions(predictor, names)
    assert isinstance(next(found).found, Prediction) and len(taken) == PICTURES_AT_ONCE
    assert len(list(found)) == 99


def test_it_starts_without_a_server_tensorflow_or_notes(root, folder):
    command = [sys.executable, "-c", ALONE.replace("HEAVY", str(HEAVY)), str(folder / "b.png")]
    command += ["--model", str(root / paths.model), "--index", str(root / paths.index)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stderr == ""


def test_a_reader_may_stop_early(root, folder):
    command = [sys.executable, "-m", "app.predict", *[str(folder / "b.png")] * 80]
    command += ["--model", str(root / paths.model), "--index", str(root / paths.index)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
