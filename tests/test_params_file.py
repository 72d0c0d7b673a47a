import io
import re
import shlex
import shutil
from itertools import pairwise

import pytest
from dvc.utils.hydra import apply_overrides
from pydantic import BaseModel
from ruamel.yaml import YAML

from tests.conftest import PROJECT
from themer.base.params import Params, Source
from themer.base.params_file import load_params
from themer.networks.registry import NETWORKS


def test_dvc_rewrites_no_line_that_it_does_not_edit():
    """`dvc exp run -S` rewrites the file in its own style, so the file is already in that style."""
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    yaml, stream = YAML(), io.StringIO()
    yaml.default_flow_style = False
    yaml.dump(yaml.load(text), stream)
    assert stream.getvalue() == text


def commands(document: str) -> list[str]:
    """Return the commands in a document that set params, each on one line."""
    text = (PROJECT / document).read_text(encoding="utf-8").replace("\\\n", "")
    return re.findall(r"^dvc exp run .*", text, re.MULTILINE)


@pytest.mark.parametrize("command", [*commands("README.md"), *commands("docs/usage.md")])
def test_dvc_and_the_stages_accept_the_params_that_the_documents_set(tmp_path, command):
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    words = shlex.split(command, comments=True)
    settings = [setting for option, setting in pairwise(words) if option == "-S"]
    apply_overrides(tmp_path / "params.yaml", settings)
    assert (
        settings and load_params(tmp_path / "params.yaml") != load_params(PROJECT / "params.yaml") or "limit" in command
    )


def test_every_key_is_explained_where_it_stands():
    """By a comment on its line or above it; the keys of all sources by the one above these."""
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    found = [
        (re.match(r" +(\w+):", line), f"{'#' if above.strip().startswith('#') else ''}{line}")
        for above, line in pairwise(lines)
    ]
    assert [around for key, around in found if key and key[1] in keys(Params) and "#" not in around] == []
    assert [key for key in Source.model_fields if key not in text.partition("\nsources:")[0]] == []


def keys(section: type[BaseModel]) -> set[str]:
    """Return the keys of a section and of those within it, the sources left out."""
    kinds = {name: field.annotation for name, field in section.model_fields.items()}
    within = [keys(kind) for kind in kinds.values() if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return set(kinds).union(*within)


@pytest.mark.parametrize("document", ["params.yaml", "docs/usage.md"])
def test_every_network_is_named_where_users_choose_one(document):
    words = re.findall(r"\w+", (PROJECT / document).read_text(encoding="utf-8"))
    assert set(NETWORKS) - set(words) == set()
