import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from importlib import metadata
from importlib.metadata import EntryPoint
from pathlib import Path

import grimp
import pytest
import requests

from app.command import main
from app.command_line.model_folder import MARKS
from stages import paths
from tests.conftest import PROJECT
from tests.drawn_sets import KINDS, drawn_set

SETUP = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COMMAND = "import sys; from app.command import main; sys.exit(main())"
RUN_BY_PYTHON = [["-m", "app.predict", "a.png"], ["-m", "app"], ["-m", "stages.train"], ["-m", "stages.fetch"]]
# Parts of flask and pydantic.
BROUGHT = {"pydantic_core", "werkzeug"}


def started(*arguments: object, folder: Path, **environment: str) -> subprocess.Popen:
    """Start lego-themer in a folder outside the project."""
    command = [sys.executable, "-c", COMMAND, *map(str, arguments)]
    variables = {**os.environ, "PYTHONPATH": str(PROJECT), **environment}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=variables, text=True, **pipes)


def test_it_predicts_from_any_folder_with_a_folder_of_a_model(root, tmp_path):
    drawn_set(KINDS[0], 9000).save(tmp_path / "a.png")
    by_option = started("predict", "--jsonl", "a.png", "--model", root / "models", folder=tmp_path).communicate()
    by_variable = started(
        "predict", "--jsonl", "a.png", folder=tmp_path, LEGO_THEMER_MODEL=str(root / "models")
    ).communicate()
    assert by_option == by_variable and json.loads(by_option[0])["file"] == "a.png" and by_option[1] == ""


@pytest.mark.parametrize("command", [["predict", "a.png"], ["serve", "--port", "0"]])
def test_without_a_model_anywhere_a_sentence_says_what_to_do(command, tmp_path):
    with started(*command, folder=tmp_path) as process:
        said = process.communicate()[1]
    assert process.returncode in (1, 2) and said.startswith("error: ") and "--model DIR" in said
    assert len(said.splitlines()) == 1


def test_it_serves_a_folder_of_a_model_from_any_folder(root, tmp_path):
    with started("serve", "--port", "0", "--model", root / "models", folder=tmp_path) as process:
        address = re.search(r"http://\S+", process.stdout.readline())[0]
        served = requests.get(f"{address}api/model", timeout=60).json()
        process.terminate()
    assert served["file"] == paths.model.name and process.returncode == 0


@pytest.mark.parametrize("in_checkout", [True, False])
def test_it_says_where_contributed_pictures_are_kept(root, tmp_path, in_checkout):
    for mark in MARKS if in_checkout else ():
        (tmp_path / mark).touch()
    (tmp_path / "deeper").mkdir()
    options = ["--contributions", "--model", root / "models"]
    with started("serve", "--port", "0", *options, folder=tmp_path / ("deeper" if in_checkout else "")) as process:
        process.stdout.readline()
        said = process.stdout.readline()
        process.terminate()
    advice = ", where `dvc repro` finds them" if in_checkout else ". To train with them, copy them to data/photos/"
    assert said.startswith(f"Contributed pictures are kept in {tmp_path}/data/photos{advice}")


def interrupted(process: subprocess.Popen) -> str:
    """Press Ctrl-C until a process ends, since a library's callback may swallow it; return the rest of stderr."""
    while True:
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            pass


def interrupted_after(module: str, command: list[str], folder: Path) -> int:
    """Press Ctrl-C once a command in a folder has imported a module; return its exit code. It must say nothing."""
    variables = {**os.environ, "PYTHONPATH": str(PROJECT), "LEGO_THEMER_PORT": "0"}
    options = {"cwd": folder, "env": variables, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-X", "importtime", *command], **options) as process:
        assert any(line.endswith(f" {module}\n") for line in process.stderr)  # Reads as far as that line.
        said = interrupted(process)
    assert [line for line in said.splitlines() if not line.startswith("import time:")] == []
    return process.returncode


@pytest.mark.parametrize(
    "command",
    [["-c", COMMAND, "predict", "a.png"], ["-c", COMMAND, "serve"], *RUN_BY_PYTHON],
)
@pytest.mark.parametrize("module", ["numpy.linalg", "pydantic_core"])
def test_ctrl_c_while_libraries_are_imported_leaves_no_traceback(command, module, tmp_path):
    assert interrupted_after(module, command, tmp_path) == 130


@pytest.mark.parametrize("command", RUN_BY_PYTHON)
def test_ctrl_c_before_any_library_is_imported_leaves_no_traceback(command, tmp_path):
    assert interrupted_after("themer.base.errors", command, tmp_path) == 130


@pytest.mark.parametrize("command", [["-c", COMMAND, "serve"], ["-m", "app"]])
def test_ctrl_c_before_a_server_is_ready_says_nothing(command, root, tmp_path):
    assert interrupted_after("orjson", [*command, "--model", str(root / "models")], tmp_path) == 130


@pytest.mark.parametrize("arguments", [["--help"], ["predict", "--help"], ["serve", "--help"]])
@pytest.mark.parametrize("output", ["| true", ">&-"])
def test_help_that_nobody_reads_leaves_no_traceback(arguments, output):
    # The reader is gone before the help is written.
    command = f'{{ read -t 60 line <<< x; "$0" -c "$@"; }} {output}'
    done = subprocess.run(
        ["bash", "-c", command, sys.executable, COMMAND, *arguments], cwd=PROJECT, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_server_without_the_model_that_was_named_does_not_start(tmp_path):
    with started("serve", "--port", "0", "--model", "none", folder=tmp_path) as process:
        said = process.communicate()[1]
    assert process.returncode == 1 and said.startswith("error: none/classifier.tflite: there is no model yet.")


def test_each_command_lists_its_options(capsys):
    for command in ("predict", "serve"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        assert f"usage: lego-themer {command}" in capsys.readouterr().out


def test_a_picture_whose_name_begins_with_a_dash_follows_two_dashes(root, tmp_path):
    drawn_set(KINDS[0], 9000).save(tmp_path / "-x.png")
    with started("predict", "--", "-x.png", folder=tmp_path, LEGO_THEMER_MODEL=str(root / "models")) as process:
        printed, said = process.communicate()
    assert (process.returncode, said) == (0, "") and printed.startswith("-x.png\t")


@pytest.mark.parametrize("arguments", [[], ["--"], ["--port", "0"]])
def test_only_the_command_is_required(capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    said = capsys.readouterr().err
    assert "usage: lego-themer [-h] [--version] {predict,serve} ...\n" in said
    assert "error: the following arguments are required: command\n" in said


def test_an_installed_command_tells_its_version(tmp_path):
    (tmp_path / "site/lego_themer.dist-info").mkdir(parents=True)
    (tmp_path / "site/lego_themer.dist-info/METADATA").write_text("Name: lego-themer\nVersion: 4.2\n")
    search = os.pathsep.join([str(PROJECT), str(tmp_path / "site")])
    with started("--version", folder=tmp_path, PYTHONPATH=search) as process:
        assert process.communicate() == ("lego-themer 4.2\n", "")
    with started("--version", folder=tmp_path) as process:
        assert process.communicate() == ("lego-themer of a checkout\n", "")


def test_an_installed_project_has_the_command():
    [(name, place)] = SETUP["scripts"].items()
    assert name == "lego-themer" and EntryPoint(name, place, "console_scripts").load() is main


def test_what_the_command_imports_is_what_it_requires():
    graph = grimp.build_graph("themer", "app", "stages", include_external_packages=True)
    found = {name.partition(".")[0] for name in graph.find_upstream_modules("app", as_package=True)}
    outer = found - {"app", "stages", "themer", *BROUGHT} - sys.stdlib_module_names
    owners = metadata.packages_distributions()
    needed = {re.sub("[-_.]+", "-", owners[name][0]).lower() for name in outer}
    required = {re.split("[<=>\\[]", one)[0] for one in SETUP["dependencies"]}
    assert needed <= required, needed - required
    listed = {line.split(" ")[0] for line in (PROJECT / "requirements.in").read_text(encoding="utf-8").splitlines()}
    assert set(SETUP["dependencies"]) <= listed
