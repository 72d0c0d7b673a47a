"""Whatever a stage imports or is given as a path is declared in dvc.yaml, and nothing else is."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from stages import features
from tests.conftest import PROJECT
from themer.base.params import Params, Train
from themer.features.backbone_features import CODE

STAGES = yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"]
# Neither is an input or an output: what they hold only saves asking or computing it again.
SCRATCH = {".cache", "models/.checkpoint"}


def imported(path: Path) -> Iterator[Path]:
    """Yield the project's own modules that a module imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            module = PROJECT / (name.replace(".", "/") + ".py")
            if module.exists():
                yield module


def imported_at_any_depth(path: Path) -> set[str]:
    """Return the project's own modules that run when a module runs, itself included."""
    seen, waiting = set(), [path]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(imported(module))
    return {module.relative_to(PROJECT).as_posix() for module in seen}


def declared(stage: dict, *kinds: str) -> list[str]:
    """Return the paths that a stage declares under these keys."""
    entries = [entry for kind in kinds for entry in stage.get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


@pytest.mark.parametrize("name", STAGES)
def test_the_modules_are_the_code_that_runs(name):
    code = {path for path in declared(STAGES[name], "deps") if path.endswith(".py")}
    assert code == imported_at_any_depth(PROJECT / "stages" / f"{name}.py")


@pytest.mark.parametrize("name", STAGES)
def test_every_path_on_the_command_line_is_declared(name):
    words = shlex.split(STAGES[name]["cmd"])
    assert words[:3] == ["python", "-m", f"stages.{name}"]
    known = declared(STAGES[name], "deps", "outs", "metrics", "plots")
    for path in [word for word in words[3:] if "/" in word or word.startswith(".")]:
        within = [other for other in known if other == path or other.startswith(f"{path}/")]
        assert within or path in SCRATCH, f"{path} is not declared"


@pytest.mark.parametrize("name", STAGES)
def test_every_declared_file_is_on_the_command_line_or_code(name):
    words = shlex.split(STAGES[name]["cmd"])
    for path in declared(STAGES[name], "deps", "outs", "metrics", "plots"):
        # The source's command, which params.yaml names, runs the built-in catalogue.
        is_code = path.endswith(".py") or path == "sample"
        assert is_code or any(path == word or path.startswith(f"{word}/") for word in words[3:]), path


@pytest.mark.parametrize("name", STAGES)
def test_no_stage_imports_the_catalogue_or_another_stage(name):
    modules = imported_at_any_depth(PROJECT / "stages" / f"{name}.py")
    assert [module for module in modules if module.startswith("stages/")] == [f"stages/{name}.py"]
    assert not any(module.startswith(("sample/", "app/", "tests/")) for module in modules)


@pytest.mark.parametrize("package", ["stages", "themer"])
def test_packages_hold_no_code_of_their_own(package):
    [statement] = ast.parse((PROJECT / package / "__init__.py").read_text()).body
    assert isinstance(statement, ast.Expr)


def test_the_sections_that_a_stage_uses_are_its_params():
    """Which section of the params a stage script names is what dvc.yaml says it depends on."""
    sections = set(Params.model_fields) - {"fetch", "sources"}
    for name, stage in STAGES.items():
        text = (PROJECT / "stages" / f"{name}.py").read_text()
        used = {section for section in sections if re.search(rf"(\)|params)\.{section}\b", text)}
        used -= {"regroup"} if name == "fetch" else set()  # only to refuse wrong rules early
        named = {entry.split(".")[0] for entry in stage.get("params", [])} - {"fetch", "sources"}
        assert used == named, name


def test_the_features_depend_on_the_settings_that_make_up_their_fingerprint():
    """Single keys of a section: an edit of any other one must not compute the features anew."""
    assert set(STAGES["features"]["params"]) == {f"train.{key}" for key in features.SETTINGS}
    assert set(Train.model_fields) > features.SETTINGS


def test_the_features_depend_on_the_code_that_makes_up_their_digest():
    """What these modules import decides nothing about features, or is in the settings and shards."""
    roots = [PROJECT / "themer" / f"{name}.py" for name in CODE]
    reached = {Path(path).stem for root in roots for path in imported_at_any_depth(root)}
    assert reached - set(CODE) == {"errors", "files", "params", "quiet_stderr", "quiet_tensorflow", "shards"}
