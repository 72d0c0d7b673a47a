"""The house: packages depend one way, and what serves needs no TensorFlow."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions, requires

import grimp
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT
from themer.base.arithmetic import LIBRARIES

# In the order in which a picture passes through them; a package imports only from those before it.
THEMER = (
    "base",
    "catalogue",
    "pictures",
    "dataset",
    "shards",
    "networks",
    "features",
    "training",
    "answering",
    "exporting",
    "scoring",
    "validation",
    "reports",
)
APP = (
    "problem",
    "incoming",
    "settings",
    "recognition",
    "command_line",
    "shared",
    "api",
    "page",
    "factory",
    "server",
    "__main__",
    "predict",
    "command",
)
SAMPLE = ("drawing", "models", "services")
GRAPH = grimp.build_graph("themer", "app", "sample", "stages")


@pytest.mark.parametrize(("package", "layers"), [("themer", THEMER), ("app", APP), ("sample", SAMPLE)])
def test_packages_import_only_from_those_before_them(package, layers):
    back = GRAPH.find_illegal_dependencies_for_layers(tuple(reversed(layers)), containers={package})
    assert [(one.importer, one.imported) for one in back] == []


def test_modules_import_each_other_in_no_circle():
    # Imports within functions count as well.
    TopologicalSorter({module: GRAPH.find_modules_directly_imported_by(module) for module in GRAPH.modules}).prepare()


@pytest.mark.parametrize(("package", "layers"), [("themer", THEMER), ("sample", SAMPLE)])
def test_every_package_has_its_place_in_that_order(package, layers):
    assert {child.removeprefix(f"{package}.") for child in GRAPH.find_children(package)} - {"__main__"} <= {*layers}


def imported_from(package: str) -> set[str]:
    """Return the packages of the project that a package imports from, such as "themer.base"."""
    modules = {package, *GRAPH.find_descendants(package)}
    found = {imported for module in modules for imported in GRAPH.find_modules_directly_imported_by(module)}
    return {".".join(one.split(".")[:2]) for one in found - modules}


def test_the_app_imports_what_predicts_and_nothing_that_trains():
    allowed = {"themer.answering", "themer.base", "themer.pictures", "stages.paths"}
    assert imported_from("app") <= allowed


def test_the_catalogue_imports_nothing_of_the_project():
    assert imported_from("sample") == set()


def test_no_stage_imports_another_stage_or_the_catalogue():
    for stage in GRAPH.find_children("stages") - {"stages.paths"}:
        others = {one for one in imported_from(stage) if one.startswith(("stages", "sample", "app"))}
        assert others <= {"stages.paths"}, stage


@pytest.mark.parametrize("package", ["themer", "app", "sample"])
def test_every_package_says_what_lives_there(package):
    for init in (PROJECT / package).rglob("__init__.py"):
        assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), init


def test_packages_hold_no_code_of_their_own():
    for init in (PROJECT / "themer").rglob("__init__.py"):
        [statement] = ast.parse(init.read_text(encoding="utf-8")).body
        assert isinstance(statement, ast.Expr)


@pytest.mark.parametrize("package", ["stages", "app", "benchmarks", "tests"])
def test_entry_points_prepare_the_arithmetic_before_they_import_anything_else(package):
    tree = ast.parse((PROJECT / package / "__init__.py").read_text(encoding="utf-8"))
    imported = [one.module for one in tree.body if isinstance(one, ast.ImportFrom)]
    light = {"typing", "themer.base.stopping"}
    assert [one for one in imported if one not in light] == ["themer.base.arithmetic", "themer.base.errors"]
    assert "explained(prepare)()" in [ast.unparse(one) for one in tree.body]


def imports_of(module: str, *names: str) -> list[str]:
    """Return which of some libraries are imported once a module is, in a fresh interpreter."""
    code = f"import sys, {module}; print(*(name for name in {names!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_what_entry_points_import_before_they_prepare_imports_no_library():
    modules = "themer.base.arithmetic, themer.base.errors, themer.base.stopping"
    assert imports_of(modules, *LIBRARIES) == []


@pytest.mark.parametrize("package", ["stages", "app"])
def test_ctrl_c_stays_as_it_is_for_whoever_imports_a_package(package):
    code = f"import signal, {package}; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    assert done.stdout == "True\n"


ANSWERING = sorted(GRAPH.find_children("themer.answering"))


def test_answering_imports_neither_tensorflow_nor_pandas():
    assert imports_of(", ".join(ANSWERING), "tensorflow", "keras", "pandas") == []


def test_a_stage_imports_no_tensorflow_until_it_runs_a_network():
    stages = sorted(GRAPH.find_children("stages") - {"stages.train"})
    assert imports_of(", ".join(stages), "tensorflow", "keras") == []


def required(names: Iterable[str]) -> set[str]:
    """Return the distributions that some requirements bring, with their own requirements."""
    found: set[str] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name not in found and (one.marker is None or one.marker.evaluate({"extra": ""})):
            found.add(name)
            waiting += [Requirement(line) for line in requires(name) or []]
    return found


def test_the_app_imports_only_what_installing_it_brings():
    modules = sorted(GRAPH.find_descendants("app") - {"app.__main__"})
    code = f"import sys; before = {{*sys.modules}}; import {', '.join(modules)}; print(*{{*sys.modules}} - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True, capture_output=True, text=True)
    distributions = packages_distributions()
    names = {name.partition(".")[0] for name in done.stdout.split()}
    imported = {canonicalize_name(one) for name in names for one in distributions.get(name, [])}
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert len(imported) > 20 and imported - required(project["dependencies"]) == set()
