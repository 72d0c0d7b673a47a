import csv
import json
import os
import pty
import shlex
import shutil
import signal
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from app.command_line.many import PICTURES_AT_ONCE, predictions
from app.command_line.named_files import LIMITS
from app.command_line.resuming import alone
from app.predict import MANY, main
from stages import paths
from tests.conftest import PROJECT, picture_bytes
from tests.drawn_sets import KINDS, drawn_set
from themer.answering.predictor import OUT_OF_DISTRIBUTION, Prediction, Predictor
from themer.base.files import file_sha256

HEAVY = ["tensorflow", "keras", "flask", "sklearn", "pandas", "matplotlib"]
ALONE = (
    "import sys; from app.predict import MANY, main; main(sys.argv[1:]); print([n for n in HEAVY if n in sys.modules])"
)


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
    assert confidence.startswith("best guess ") == theme.startswith("not sure (")


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


def process(root: Path, *arguments: object, **pipes: object) -> subprocess.Popen:
    """Start the command in a process of its own."""
    command = [sys.executable, "-m", "app.predict", *map(str, arguments), "--model", str(root / "models")]
    return subprocess.Popen(command, cwd=PROJECT, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes})


def test_json_lines_have_the_entries_of_the_json_list_and_name_what_made_them(run, root, folder):
    listed, lines = run(folder, "--json")[1], run(folder, "--jsonl")[1]
    told = [json.loads(line) for line in lines.splitlines()]
    made_by = [{name: one.pop(name) for name in ("model", "index") if name in one} for one in told]
    digests = {
        "model": file_sha256(root / paths.model)[:16],
        "index": file_sha256(root / paths.index / "index.json")[:16],
    }
    assert json.loads(listed) == told and made_by == [digests, digests, {}]
    *_, notes = json.loads(listed)
    assert notes == {
        "file": str(folder / "notes.txt"),
        "problem": {
            "type": "/docs#not-a-picture",
            "title": "Not a picture",
            "status": 415,
            "detail": "Choose a JPEG, PNG, WebP, GIF or BMP.",
        },
    }


def test_csv_has_a_row_for_each_file(run, folder):
    (folder / "b.png").rename(folder / 'b, "2"\n.png')
    code, text, _ = run(folder, "--csv")
    first, _, notes = csv.DictReader(text.splitlines())
    assert code == 1 and first["file"] == f'{folder}/b, "2"\N{REPLACEMENT CHARACTER}.png'
    assert first["best_guess"] in KINDS and 0 < float(first["confidence"]) <= 1 and first["problem"] == ""
    assert notes["theme"] == "" and notes["problem"].startswith("Not a picture. ")


@pytest.mark.parametrize("options", [[], ["--jsonl"]])
def test_a_dash_reads_a_picture_from_standard_input(root, folder, options):
    picture = (folder / "b.png").read_bytes()
    piped = process(root, "-", *options, stdin=subprocess.PIPE).communicate(picture)[0].decode()
    named = process(root, folder / "b.png", *options).communicate()[0].decode()
    dash, file = (json.dumps("-"), json.dumps(str(folder / "b.png"))) if options else ("-", str(folder / "b.png"))
    assert piped.replace(dash, file, 1) == named


def test_a_file_named_dash_is_a_file(folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "b.png").rename(folder / "-")
    code, lines, _ = run("./-", "deeper")
    assert code == 0 and [line.split("\t")[0] for line in lines.splitlines()] == ["-", "deeper/a.JPG"]


def test_lines_before_standard_input_do_not_wait_for_it(root, folder):
    with process(root, folder / "b.png", "-", stdin=subprocess.PIPE) as running:
        assert running.stdout.readline().startswith(bytes(folder / "b.png"))
        running.stdin.close()
        assert running.stdout.read() == b"" and b"Empty file" in running.stderr.read()


@pytest.mark.parametrize("beside", [0, 7])
def test_an_answer_is_the_same_to_the_last_bit_whatever_pictures_are_beside_it(run, folder, beside):
    pictures = [folder / "deeper" / "a.JPG"] * beside + [folder / "b.png"]
    assert run(*pictures, "--jsonl")[1].splitlines()[-1] == run(folder / "b.png", "--jsonl")[1].rstrip("\n")


@pytest.mark.parametrize("kept", [0, 1, 40, 0.4, 0.8, 1])
def test_a_resumed_file_has_the_same_bytes_as_one_that_was_never_stopped(run, folder, tmp_path, kept):
    whole, out = run(folder, "--jsonl")[1].encode(), tmp_path / "out.jsonl"
    out.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    code, printed, said = run(folder, "--resume", out)
    assert (code, printed) == (1, "") and out.read_bytes() == whole and said


def test_what_a_file_has_is_not_predicted_again(run, folder, tmp_path):
    done = json.dumps({"file": str(folder / "b.png"), "theme": "as it was"}) + "\n"
    (tmp_path / "out.jsonl").write_text(done)
    assert run(folder / "b.png", folder / "deeper", "--resume", tmp_path / "out.jsonl")[0] == 0
    first, second = (tmp_path / "out.jsonl").read_text().splitlines(keepends=True)
    assert first == done and json.loads(second)["file"] == str(folder / "deeper" / "a.JPG")


def test_a_file_to_resume_takes_no_predictions_of_another_model(run, root, folder, tmp_path):
    out, other = tmp_path / "out.jsonl", tmp_path / "other"
    shutil.copytree(root / "models", other)
    summary = json.loads((other / "index" / "index.json").read_text())
    (other / "index" / "index.json").write_text(json.dumps({**summary, "threshold": summary["threshold"] / 2}))
    assert main([str(folder / "b.png"), "--resume", str(out), "--model", str(other)]) == 0
    before = out.read_bytes()
    code, _, said = run(folder, "--resume", out)
    assert (code, out.read_bytes()) == (2, before)
    assert f"{out}, line 1: this prediction was made by index " in said and "or another file: --resume" in said


def test_what_could_not_be_read_before_is_tried_again(run, folder, tmp_path):
    whole = run(folder, "--jsonl")[1]
    readable, picture = folder / "b.png", (folder / "b.png").read_bytes()
    readable.write_bytes(picture[:500])
    assert run(folder, "--resume", tmp_path / "out.jsonl")[0] == 1
    readable.write_bytes(picture)
    code, _, said = run(folder, "--resume", tmp_path / "out.jsonl")
    assert code == 1 and said.splitlines() == [
        f"{folder}/notes.txt: Not a picture. Choose a JPEG, PNG, WebP, GIF or BMP."
    ]
    assert sorted((tmp_path / "out.jsonl").read_text().splitlines()) == sorted(whole.splitlines())


def test_a_name_that_is_not_utf_8_is_valid_json_and_known_again(run, folder, tmp_path):
    (folder / "b.png").rename(folder / os.fsdecode(b"M\xfcller.png"))
    (folder / "notes.txt").rename(folder / os.fsdecode(b"\xff.txt"))
    assert run(folder, "--resume", tmp_path / "out.jsonl")[0] == 1
    lines = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [Path(one["file"]).name for one in lines] == ["M\ufffdller.png", "a.JPG", "\ufffd.txt"]
    assert orjson.loads(run(folder, "--json")[1])[0]["file"] == lines[0]["file"]
    (folder / "deeper" / "a.JPG").unlink()
    assert run(folder, "--resume", tmp_path / "out.jsonl")[0] == 1
    assert [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()] == lines


def test_a_file_that_is_named_twice_is_predicted_once_for_a_file_to_resume(run, folder, tmp_path):
    assert run(folder / "b.png", folder / "b.png", folder / "*.png", "--resume", tmp_path / "out.jsonl")[0] == 0
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize("arguments", [[""], ["a.png", ""], ["a.png", "--model", ""], ["a.png", "--resume", ""]])
def test_an_empty_name_is_refused(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "expected a name, received an empty text" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["https://example.org/a.jpg", "HTTP://[::1]/a.jpg?b=1&c", "file:///a/b c.jpg"])
def test_an_address_is_refused_with_a_command_that_fetches_it(address, folder, capsys):
    with pytest.raises(SystemExit, match="2"):
        main([str(folder), address], "lego-themer predict")
    reason, _, command = capsys.readouterr().err.splitlines()[-1].partition(" Pipe the picture: ")
    assert reason.endswith(f"error: {address}: addresses are not fetched.")
    assert shlex.split(command) == ["curl", "-s", address, "|", "lego-themer", "predict", "-"]


def test_standard_input_is_named_once(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["-", "a.png", "-"])
    assert "error: - stands for standard input, which holds one picture: name it once\n" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--csv"], ["--json"]])
def test_only_json_lines_can_be_resumed(folder, tmp_path, options, capsys):
    with pytest.raises(SystemExit):
        main([str(folder), "--resume", str(tmp_path / "out"), *options])
    assert "--resume writes JSON lines" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_file_that_can_not_be_written_is_named(run, folder, tmp_path):
    code, _, problems = run(folder, "--resume", tmp_path / "none" / "out.jsonl")
    assert code == 2 and problems.startswith(f"error: {tmp_path}/none/out.jsonl: No such file or directory.")


def test_a_second_command_leaves_the_file_of_the_first_alone(root, folder, tmp_path):
    out = tmp_path / "out.jsonl"
    out.write_bytes(b'{"file": "half a line')
    with alone(out):
        second = process(root, folder / "b.png", "--resume", out)
        said = second.communicate()[1].decode()
    assert (second.returncode, out.read_bytes()) == (2, b'{"file": "half a line')
    assert said.startswith(f"error: {out}: another command adds lines to this file. Wait until it ends")


def test_a_full_disk_is_reported(root, folder):
    with Path("/dev/full").open("wb") as full:
        running = process(root, folder / "b.png", stdout=full)
        said = running.communicate()[1].decode()
    assert said == "error: can't write the predictions: No space left on device\n" and running.returncode == 2


def test_what_can_not_be_told_stops_no_prediction(root, folder):
    with Path("/dev/full").open("wb") as full:
        running = process(root, folder / "notes.txt", folder / "b.png", stderr=full)
        lines = running.communicate()[0].decode()
    assert lines.startswith(str(folder / "b.png")) and running.returncode == 1


@pytest.mark.parametrize("name", ["x" * 300, "x" * 300 + "*.png", "none/" + "x" * 5000])
def test_a_name_that_the_system_refuses_to_look_up_is_a_problem_of_its_own(run, folder, name):
    code, lines, problems = run(name, folder / "b.png")
    assert (code, problems) == (1, f"{name}: File name too long.\n") and lines.startswith(str(folder / "b.png"))


def test_a_file_of_json_lines_that_can_not_be_looked_up_is_named(run, folder):
    code, _, problems = run(folder / "b.png", "--resume", "x" * 300)
    assert (code, problems.partition(". ")[0]) == (2, f"error: {'x' * 300}: File name too long")


@pytest.mark.parametrize(
    ("closed", "name", "code", "said"),
    [
        ("<&-", "b.png", 0, ""),
        ("<&-", "-", 1, "-: Empty file. The file has no content. Copy it again.\n"),
        (">&-", "b.png", 2, "error: can't write the predictions: it is closed\n"),
        ("2>&-", "b.png", 0, ""),
        ("<&- >&- 2>&-", "b.png", 2, ""),
    ],
)
def test_closed_streams_are_no_mistake_of_the_command(root, folder, closed, name, code, said):
    command = f'exec "$0" -m app.predict "$1" --model "$2" {closed}'
    picture = name if name == "-" else str(folder / name)
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, picture, str(root / "models")],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (code, said)
    assert done.stdout.startswith(str(folder)) == (code == 0)


@pytest.mark.parametrize("options", [["--jsonl"], ["--json"], ["--csv"], []])
def test_ctrl_c_leaves_whole_lines_and_exits_with_130(root, folder, options):
    with process(root, *[folder / "b.png"] * 3000, *options) as running:
        first = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        rest, said = running.stdout.read(), running.stderr.read()
    assert running.returncode == 130 and said == b"stopped.\n" and (first + rest).endswith(b"\n")
    if "--json" in options:
        assert len(json.loads(first + rest)) < 3000
    if "--jsonl" in options:
        assert all(json.loads(line)["file"] for line in (first + rest).splitlines())


def test_ctrl_c_ends_the_wait_for_standard_input(root, folder):
    with process(root, folder / "b.png", "-", stdin=subprocess.PIPE) as running:
        assert running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=60) == 130


def test_a_terminal_shows_the_progress_of_many_and_nothing_else_does(root, folder):
    terminal, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    with process(root, *[folder / "b.png"] * MANY, folder / "notes.txt", stderr=theirs) as running:
        os.close(theirs)
        assert len(running.stdout.read().splitlines()) == MANY
        shown = all_of(terminal)
    assert f"{MANY + 1}/{MANY + 1} [" in shown and "notes.txt: Not a picture" in shown


def all_of(terminal: int) -> str:
    """Return what a terminal shows until its last program ends."""
    shown = b""
    with suppress(OSError):  # Linux's answer once nobody else has the terminal open.
        while found := os.read(terminal, 4096):
            shown += found
    os.close(terminal)
    return shown.decode()
