from stages import vega


def test_writes_a_script_that_defines_vega_embed(tmp_path):
    vega.main(["--vega-lite", "5.21", "--out", str(tmp_path / "plots" / "vega.js")])
    assert "window.vegaEmbed=" in (tmp_path / "plots" / "vega.js").read_text()


def test_writes_the_same_bytes_again(tmp_path):
    for name in ("one.js", "two.js"):
        vega.main(["--vega-lite", "5.21", "--out", str(tmp_path / name)])
    assert (tmp_path / "one.js").read_bytes() == (tmp_path / "two.js").read_bytes()
