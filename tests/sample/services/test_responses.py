"""The version follows the code that draws the pictures."""

from pathlib import Path

from sample.services.responses import code_digest


def test_the_digest_changes_with_any_module_in_any_package(tmp_path: Path) -> None:
    module = tmp_path / "drawing" / "solids.py"
    module.parent.mkdir()
    digests = set()
    for text in ("", "x = 1\n", "x = 2\n"):
        module.write_text(text)
        digests.add(code_digest(tmp_path))
    assert len(digests) == 3


def test_the_digest_ignores_compiled_modules(tmp_path: Path) -> None:
    before = code_digest(tmp_path)
    (tmp_path / "solids.pyc").write_bytes(b"compiled")
    assert code_digest(tmp_path) == before
