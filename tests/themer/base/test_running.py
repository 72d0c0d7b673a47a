import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.exceptions import ReproductionError

from tests.conftest import PROJECT, needs_full
from tests.dvc_repo import opened_repo
from themer.base.running import Start, begin

STAGE = """
from pathlib import Path
from themer.base.running import begin, stage

begin()

def edit(name, old, new):
    Path(name).write_text(Path(name).read_text().replace(old, new))

@stage
def main():
    exec(Path("code").read_text())
    Path("result").write_text("done")
    Path("part").write_text("new")
    Path("part").replace("tracked")

if __name__ == "__main__":
    main()
"""
PIPELINE = """
stages:
  watched:
    cmd: python watched.py
    deps:
    - folder
    - watched.py
    params:
    - seed
    - sources.${source}
    outs:
    - result
    metrics:
    - tracked: {cache: false}
"""
PARAMS = "seed: 0\nother: 0\nsource: a\nsources:\n  a: {rate: 1}\n  b: {rate: 1}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pipeline with one stage, which runs the code that it is given; the current folder."""
    monkeypatch.chdir(tmp_path)
    files = {"watched.py": STAGE, "dvc.yaml": PIPELINE, "params.yaml": PARAMS, ".dvcignore": "*.pyc\n"}
    for name, text in {**files, "folder/within/one": "1", "beside/one": "1"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def environment(**more: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PYTHONPATH": str(PROJECT), "PATH": path, "DVC_NO_ANALYTICS": "1", **more}


def ran(code: str, **more: str) -> subprocess.CompletedProcess:
    """Run the stage with this code in it, as DVC does unless told otherwise."""
    Path("code").write_text(code)
    command, env = [sys.executable, "watched.py"], environment(**{"DVC_STAGE": "watched", **more})
    return subprocess.run(command, env=env, capture_output=True, text=True)


@pytest.fixture(scope="module")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository that `dvc init` has made, for tests to copy."""
    folder = tmp_path_factory.mktemp("initialized")
    for command in (["git", "init", "-q"], ["dvc", "init", "-q"]):
        subprocess.run(command, cwd=folder, env=environment(), check=True)
    # Each test has its own.
    (folder / ".dvcignore").unlink()
    return folder


def repro() -> bool:
    """Do what `dvc repro` does, in this process; return whether it succeeded."""
    with opened_repo(Path(), environment()) as repo:
        try:
            repo.reproduce()
        except ReproductionError:
            return False
    return True


def commit_tracked() -> None:
    """Put the output that is tracked by git into the index of a new repository."""
    subprocess.run(["git", "init", "-q"], check=True)
    Path("tracked").write_text("committed")
    subprocess.run(["git", "add", "tracked"], check=True)


CHANGES = {
    "a param": (
        "edit('params.yaml', 'seed: 0', 'seed: 1')",
        "seed",
    ),
    "the source in use": ("edit('params.yaml', 'a: {rate: 1', 'a: {rate: 2')", "sources.a in params.yaml"),
    "a file": ("Path('folder/within/one').write_text('2!')", "folder"),
    "a file of the same size": ("Path('folder/within/one').write_text('2')", "folder"),
    "another file": ("Path('folder/two').touch()", "folder"),
    "one file less": ("Path('folder/within/one').unlink()", "folder"),
    "another name": ("Path('folder/within/one').rename('folder/within/two')", "folder"),
    "a whole folder less": ("import shutil; shutil.rmtree('folder')", "folder"),
    "code": ("edit('watched.py', '@stage', '# more\\n@stage')", "watched.py"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_stage_fails_if_what_it_declares_changes_while_it_runs(folder, change):
    code, named = CHANGES[change]
    done = ran(code)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"error: watched: {named}" in done.stderr
    assert "changed while the stage ran. Run the stage again" in done.stderr


UNRELATED = {
    "nothing": "",
    "reading": "Path('folder/within/one').read_text()",
    "another param": "edit('params.yaml', 'other: 0', 'other: 1')",
    "a source not in use": "edit('params.yaml', 'b: {rate: 1', 'b: {rate: 2')",
    "a comment and the order": "Path('params.yaml').write_text('# new\\n' + Path('params.yaml').read_text())",
    "another folder": "Path('beside/one').write_text('2!')",
    "what DVC ignores": "Path('folder/one.pyc').touch()",
}


@pytest.mark.parametrize("change", UNRELATED)
def test_a_stage_may_run_while_other_things_change(folder, change):
    done = ran(UNRELATED[change])
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stage_is_watched_from_another_folder_too(folder):
    """DVC then names the stage with the path of its dvc.yaml."""
    done = ran(CHANGES["a file"][0], DVC_STAGE="../dvc.yaml:watched")
    assert done.returncode == 1 and "folder changed while the stage ran" in done.stderr


@pytest.mark.parametrize("name", ["", "of another project"])
def test_a_stage_that_dvc_does_not_run_needs_no_declaration(folder, name):
    done = ran(CHANGES["a file"][0], DVC_STAGE=name)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", ["a param", "a file", "code"])
def test_dvc_records_only_what_was_run(folder, initialized, change):
    shutil.copytree(initialized, folder, dirs_exist_ok=True)
    code, named = CHANGES[change]
    Path("code").write_text(code)
    failed = subprocess.run(["dvc", "repro"], env=environment(), capture_output=True, text=True)
    assert failed.returncode != 0 and re.search(f"error: watched: {named}.* changed while the stage ran", failed.stderr)
    assert not Path("dvc.lock").exists()
    Path("code").write_text("")
    assert repro()
    assert Path("dvc.lock").exists()


def test_a_failed_stage_leaves_its_last_results_in_git(folder, initialized):
    shutil.copytree(initialized, folder, dirs_exist_ok=True)
    commit_tracked()
    # An error, an end without any clean-up, and an input that changed after the result was written.
    codes = {"raise ValueError": "committed", "import os; os._exit(9)": "committed", CHANGES["code"][0]: "new"}
    for code, left in codes.items():
        Path("code").write_text(code)
        assert not repro()
        assert Path("tracked").read_text() == left
    Path("code").write_text("")
    assert repro()
    assert Path("tracked").read_text() == "new"


def test_a_stage_that_can_not_even_be_imported_leaves_its_last_results_in_git(folder):
    commit_tracked()
    Path("tracked").unlink()
    Path("watched.py").write_text(STAGE.replace("@stage", "import stage_that_is_not_there\n@stage"))
    assert ran("").returncode == 1 and Path("tracked").read_text() == "committed"


def test_an_old_result_is_not_taken_for_one_that_a_stage_has_not_written(folder):
    Path("tracked").write_text("old")
    done = ran("Path.replace = lambda path, other: None")
    assert done.returncode == 1 and "watched declares tracked in dvc.yaml, but has not written it" in done.stderr


@pytest.mark.parametrize("text", ["mine", None])
def test_nothing_is_restored_over_a_file_or_without_git(folder, text):
    if text:
        commit_tracked()
        Path("tracked").write_text(text)
    done = ran("print(Path('tracked').exists() and Path('tracked').read_text())")
    assert (done.stdout, done.stderr) == (f"{text or False}\n", "")


def test_a_second_copy_of_a_stage_is_refused_until_the_first_one_ends(folder):
    commit_tracked()
    first = [sys.executable, "watched.py"]
    Path("code").write_text("print('running', flush=True); import os; os.read(int(os.environ['UNTIL']), 1)")
    reading, writing = os.pipe()
    with subprocess.Popen(
        first,
        env=environment(UNTIL=str(reading)),
        stdout=subprocess.PIPE,
        pass_fds=[reading],
        text=True,
    ) as running:
        assert running.stdout.readline() == "running\n"
        # As DVC does before it starts the second copy.
        Path("tracked").unlink()
        second = ran("print('also')")
        assert Path("tracked").read_text() == "committed"
        os.write(writing, b"x")
    os.close(reading), os.close(writing)
    assert second.returncode == 1
    assert second.stderr.startswith(
        "error: watched: another process (python -m stages.watched) runs this stage in this"
    )
    assert second.stdout == "" and running.returncode == 0 and Path("tracked").read_text() == "new"
    assert ran("print('also')").stdout == "also\n"


@pytest.mark.parametrize("arguments", [["--help"], ["train.epochs=3", "-v"]])
def test_a_stage_takes_no_arguments(folder, arguments):
    Path("code").write_text("print('never')")
    command = [sys.executable, "watched.py", *arguments]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "") and not Path(".cache").exists()
    given = f"a stage takes no arguments, but it was given {' '.join(arguments)}."
    assert done.stderr.startswith(f"error: watched: {given} Every setting is in params.yaml. ")


def test_a_stage_that_is_run_in_another_folder_leaves_nothing_there(folder, monkeypatch):
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    done = subprocess.run([sys.executable, "../watched.py"], env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "") and list(Path().iterdir()) == []
    reason = "there is no params.yaml in this folder. Run the command in the project's folder."
    assert done.stderr == f"error: watched: {reason}\n"


@pytest.mark.parametrize("path", [".cache", ".cache/locks"])
def test_a_file_in_the_way_of_the_locks_is_an_error_that_says_so(folder, path):
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).touch()
    done = ran("print('never')")
    assert done.returncode == 1 and done.stdout == "" and "Traceback" not in done.stderr
    assert done.stderr.startswith("error: .cache") and "A file is where a folder has to be. Move it away" in done.stderr


@pytest.mark.parametrize("shell", ["/bin/bash", "/bin/sh"])
def test_a_stage_ends_when_dvc_is_killed_and_the_next_one_runs_alone(folder, initialized, shell):
    shutil.copytree(initialized, folder, dirs_exist_ok=True)
    commit_tracked()
    Path("code").write_text("print('running', flush=True); import signal; signal.pause()")
    with subprocess.Popen(["dvc", "repro"], env=environment(SHELL=shell), stdout=subprocess.PIPE, text=True) as dvc:
        assert "running\n" in iter(dvc.stdout.readline, "")
        dvc.kill()
        dvc.wait()
        Path("code").write_text("print('again')")
        again = subprocess.run(["dvc", "repro"], env=environment(), capture_output=True, text=True)
        # The stage holds the other end of the pipe: this returns when it is gone.
        dvc.stdout.read()
    assert again.returncode == 0 and "again\n" in again.stdout


def test_a_process_that_a_stage_starts_does_not_begin_it_again(monkeypatch):
    """Dask's worker processes import the stage that starts them."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("DVC_STAGE", "join")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(begin) == Start([], [], [], {}, {})


REPORTS = """
import sys
from tqdm import tqdm
list(tqdm(range(3)))
print("a note")
print("a warning", file=sys.stderr)
"""
ENDS = {
    "well": ("", 0, "done"),
    "with a problem of the user's": ("from themer.base.errors import UserError; raise UserError('no')", 1, None),
    "with another error": ("raise ValueError", 1, None),
}


# Streams that refuse everything, and what is still said.
REFUSING = {
    ">/dev/full": "a warning",
    "2>/dev/full": "a note",
    ">/dev/full 2>&1": "",
    ">&-": "a warning",
    "2>&-": "a note",
    ">&- 2>&-": "",
}


@needs_full
@pytest.mark.parametrize("streams", REFUSING)
@pytest.mark.parametrize("end", ENDS)
def test_a_stage_ends_the_same_way_if_what_it_says_can_not_be_written(folder, end, streams):
    code, expected, result = ENDS[end]
    Path("code").write_text(REPORTS + code)
    command, env = f"{sys.executable} watched.py {streams}", environment(DVC_STAGE="watched")
    done = subprocess.run(command, shell=True, env=env, capture_output=True, text=True)
    assert done.returncode == expected and REFUSING[streams] in done.stdout + done.stderr
    assert result is None or Path("result").read_text() == result
