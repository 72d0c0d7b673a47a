import ast
from collections.abc import Iterator

import pytest

from tests.conftest import PROJECT

MODULES = sorted((PROJECT / "themer" / "base").glob("*.py"))


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the name of every module that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_only_quiet_tensorflow_imports_tensorflow(path):
    found = set(imported(ast.parse(path.read_text(encoding="utf-8"))))
    is_quiet = path.stem == "quiet_tensorflow"
    assert found.isdisjoint({"tensorflow", "keras", "themer.base.quiet_tensorflow"}) != is_quiet
