import io

from ruamel.yaml import YAML

from tests.conftest import PROJECT


def test_dvc_rewrites_no_line_that_it_does_not_edit():
    """`dvc exp run -S` writes the file anew, in its own style: the file is in that style already."""
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    yaml, stream = YAML(), io.StringIO()
    yaml.default_flow_style = False
    yaml.dump(yaml.load(text), stream)
    assert stream.getvalue() == text
