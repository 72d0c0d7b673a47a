import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import PROJECT

# Each may import those before it.
LAYERS = ["app.problem", "app.incoming", "app.settings", "app.recognition", "app.shared", "app.api", "app.page",
          "app.factory", "app.server", "app.__main__"]  # fmt: skip
NOT_FOR_SERVING = ["tensorflow", "keras", "pandas", "sklearn", "matplotlib"]
OWN = ("app", "stages", "themer")
OTHERS = ("stages.paths", "themer.answering", "themer.base", "themer.pictures.images")


def modules() -> dict[str, list[str]]:
    """Return for each module of the app what it imports from this project."""
    found = {}
    for path in (PROJECT / "app").rglob("*.py"):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        found[name] = list(imported(ast.parse(path.read_text(encoding="utf-8"))))
    return found


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield what a module imports from this project, as module.name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OWN):
            yield from (f"{node.module}.{one.name}" for one in node.names)


def layer(name: str) -> int | None:
    """Return the number of a module's layer; None for the package and for the command line, which stand apart."""
    found = [number for number, one in enumerate(LAYERS) if f"{name}.".startswith(f"{one}.")]
    return found[0] if found else None


@pytest.mark.parametrize("module", ["app.factory", "app.predict", "app.server", "themer.answering.predictor"])
def test_serving_imports_no_training_library(module):
    code = f"import sys, {module}; print([one for one in {NOT_FOR_SERVING} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_packages_depend_one_way():
    for name, others in modules().items():
        numbers = [layer(other) for other in others]
        if (own := layer(name)) is not None:
            assert all(number is None or number <= own for number in numbers), name


def test_the_app_imports_nothing_that_trains():
    for name, others in modules().items():
        assert all(one.startswith(("app.", *OTHERS)) for one in others), name
