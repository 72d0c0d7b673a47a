"""What a stage imports and reads is declared in dvc.yaml, and what dvc.yaml declares is used."""

import ast
import re
from pathlib import Path

import grimp
import pytest
import yaml

from stages import paths
from tests.conftest import PROJECT
from themer.base.params import Params, Train
from themer.features.feature_store import SETTINGS

PIPELINE = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))
STAGES = PIPELINE["stages"]
GRAPH = grimp.build_graph("themer", "stages")
# Neither inputs nor outputs: they only save fetching or computing something again.
SCRATCH = {paths.checkpoint, paths.fold_checkpoint}
# DVC's own files: every stage reads its sections of the params, which are declared as such.
DVC_FILES = {paths.params, paths.lock, paths.photos_record}
NAMED = {name: path for name, path in vars(paths).items() if isinstance(path, Path)}


def declared(stage: dict, *kinds: str) -> list[str]:
    """Return the paths that a stage declares under these keys."""
    entries = [entry for kind in kinds for entry in stage.get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]


def code_of(name: str) -> set[str]:
    """Return the project's files that run when a stage runs, its own included."""
    modules = {f"stages.{name}", *GRAPH.find_upstream_modules(f"stages.{name}")}
    files = [f"{module.replace('.', '/')}.py" for module in modules]
    return {file for file in files if (PROJECT / file).exists()}


def paths_of(name: str) -> set[Path]:
    """Return the paths that a stage's script names."""
    tree = ast.parse((PROJECT / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    names = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "paths"
    }
    return {NAMED[one] for one in names} - SCRATCH - DVC_FILES


def holds(folder: str, path: str) -> bool:
    """Return whether a declared file or folder is, or holds, a path."""
    return path == folder or path.startswith(f"{folder}/")


def test_dvc_yaml_can_be_read_in_one_sitting():
    assert len((PROJECT / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 380
    assert len(STAGES) <= 11


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_runs_its_script_and_says_in_a_line_what_it_makes(name):
    assert STAGES[name]["cmd"] == f"python -m stages.{name}"
    assert "\n" not in STAGES[name]["desc"]


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_runs_alone_and_fails_if_its_inputs_change(name):
    tree = ast.parse((PROJECT / "stages" / f"{name}.py").read_text(encoding="utf-8"))
    [main] = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == "main"]
    assert [ast.unparse(one) for one in main.decorator_list] == ["stage"]


@pytest.mark.parametrize("name", STAGES)
def test_the_code_that_a_stage_imports_is_declared(name):
    deps = declared(STAGES[name], "deps")
    assert [file for file in sorted(code_of(name)) if not any(holds(dep, file) for dep in deps)] == []


@pytest.mark.parametrize("name", STAGES)
def test_the_code_that_a_stage_declares_is_imported(name):
    code = code_of(name)
    for dep in declared(STAGES[name], "deps"):
        if dep.startswith(("stages/", "themer/")):
            assert any(holds(dep, file) for file in code), dep


@pytest.mark.parametrize("name", STAGES)
def test_the_data_that_a_stage_names_is_declared(name):
    known = declared(STAGES[name], "deps", "outs", "metrics", "plots")
    for path in paths_of(name):
        is_declared = [one for one in known if holds(one, path.as_posix()) or holds(path.as_posix(), one)]
        assert is_declared, path


@pytest.mark.parametrize("name", STAGES)
def test_the_data_that_a_stage_declares_is_named_in_its_script(name):
    named = [path.as_posix() for path in paths_of(name)]
    for path in declared(STAGES[name], "deps", "outs", "metrics", "plots"):
        # The command in params.yaml runs the built-in catalogue.
        if not path.startswith(("stages/", "themer/")) and path != "sample":
            assert any(holds(path, one) or holds(one, path) for one in named), path


def meet(one: str, other: str) -> bool:
    """Return whether one of two declared files or folders is or holds the other."""
    return holds(one, other) or holds(other, one)


def stages_after(found: set[str]) -> set[str]:
    """Return some stages and all that read what they write, directly or not."""
    written = [out for name in found for out in declared(STAGES[name], "outs", "metrics", "plots")]
    deps = [(name, dep) for name in STAGES for dep in declared(STAGES[name], "deps")]
    reading = {name for name, dep in deps if any(meet(dep, out) for out in written)}
    return found if reading <= found else stages_after(found | reading)


def rows_of_edits() -> list[tuple[list[str], str]]:
    """Return the rows of the table in docs/usage.md: the keys that are edited, and what it says re-runs."""
    table = (
        (PROJECT / "docs/usage.md").read_text(encoding="utf-8").partition("| edit | stages |")[2].partition("\n\n")[0]
    )
    rows = [row.strip("| ").split(" | ") for row in table.splitlines()[2:]]
    return [(re.findall(r"`([\w.]+)`", keys), re.sub(r" \(.*?\)", "", names)) for keys, names in rows]


@pytest.mark.parametrize(("keys", "names"), rows_of_edits(), ids=str)
def test_usage_says_what_an_edit_runs_again(keys, names):
    section = keys[0].rpartition(".")[0]
    for key in [key if "." in key else f"{section}.{key}" for key in keys]:
        using = {name for name in STAGES if {key, section} & set(STAGES[name].get("params", []))}
        first = [name for name in STAGES if name in using][0]
        said = stages_after({first}) if names == f"{first} and everything after it" else set(names.split(", "))
        assert said == stages_after(using), key


def test_every_path_is_used_by_a_stage():
    used = set.union(*(paths_of(name) for name in STAGES)) | SCRATCH | DVC_FILES
    folders = {parent for path in used for parent in path.parents}
    assert {name for name, path in NAMED.items() if path not in used | folders} == set()


def test_the_served_model_is_an_artifact():
    assert [artifact["path"] for artifact in PIPELINE["artifacts"].values()] == [paths.model.as_posix()]


def test_the_sections_that_a_stage_uses_are_its_params():
    sections = set(Params.model_fields) - {"fetch", "sources"}
    for name, stage in STAGES.items():
        text = (PROJECT / "stages" / f"{name}.py").read_text(encoding="utf-8")
        used = {section for section in sections if re.search(rf"(\)|params)\.{section}\b", text)}
        # Fetch looks at the groups and at the file of weights only to refuse a wrong one early.
        used -= {"regroup", "train"} if name == "fetch" else set()
        named = {entry.split(".")[0] for entry in stage.get("params", [])} - {"fetch", "sources"}
        assert used == named, name


def test_the_features_depend_on_the_settings_in_their_fingerprint():
    """Single keys of a section: an edit of any other key must not compute the features again."""
    assert set(STAGES["features"]["params"]) == {f"train.{key}" for key in SETTINGS}
    assert set(Train.model_fields) > SETTINGS
