"""Write the Vega library that the page of `dvc plots show` draws with, so that it needs no network."""

import argparse
from pathlib import Path

import vl_convert

from themer.files import write_bytes


def main(argv: list[str] | None = None) -> None:
    """Write Vega, Vega-Lite and Vega-Embed as one script that defines `vegaEmbed`."""
    args = arguments(argv)
    write_bytes(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", args.vega_lite).encode(), args.out)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse what dvc.yaml gives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vega-lite", required=True, help="version of Vega-Lite, as 5.21")
    parser.add_argument("--out", type=Path, required=True, help="where the script goes")
    return parser.parse_args(argv)


if __name__ == "__main__":
    main()
