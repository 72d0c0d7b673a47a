"""Draw the pipeline into README.md as a Mermaid flowchart, from what `dvc dag` prints: make docs."""

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

README = Path("README.md")
# Nodes close together, or the text gets too small on the README's page.
SPACING = '%%{init: {"flowchart": {"rankSpacing": 22, "nodeSpacing": 18, "padding": 8}}}%%'
BEGIN, END = "<!-- drawn by: make docs -->", "<!-- end of the diagram -->"

# For each stage, the stages whose outputs it reads.
Needs = dict[str, set[str]]


def main() -> None:
    """Draw the pipeline of this folder between the two marks in its README.md."""
    README.write_text(with_diagram(README.read_text(encoding="utf-8"), dag(Path())), encoding="utf-8")


def dag(folder: Path) -> str:
    """Return the graph of the pipeline in a folder, as DVC prints it for Mermaid."""
    command = [sys.executable, "-m", "dvc", "dag", "--mermaid"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def with_diagram(text: str, printed: str) -> str:
    """Return a text with its diagram replaced by that of a graph that DVC printed."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n```mermaid\n{flowchart(direct(needs_of(printed)))}```\n{END}{rest.split(END)[1]}"


def needs_of(printed: str) -> Needs:
    """Return the stages that each stage needs, from a graph that DVC printed for Mermaid; added data is left out."""
    names = dict(re.findall(r'(node\d+)\["(.+)"\]', printed))
    needs: Needs = {name: set() for name in names.values()}
    for needed, stage in re.findall(r"(node\d+)-->(node\d+)", printed):
        needs[names[stage]].add(names[needed])
    added = {name for name in needs if name.endswith(".dvc")}
    return {name: needed - added for name, needed in needs.items() if name not in added}


def direct(needs: Needs) -> Needs:
    """Return only the direct needs: those that do not follow from others."""
    every: Needs = {}
    for stage in TopologicalSorter(needs).static_order():
        every[stage] = needs[stage].union(*(every[needed] for needed in needs[stage]))
    return {stage: needed.difference(*(every[one] for one in needed)) for stage, needed in needs.items()}


def flowchart(needs: Needs) -> str:
    """Return a flowchart from left to right. It is sorted, so that one pipeline always gives the same text."""
    arrows = sorted((needed, stage) for stage, of_stage in needs.items() for needed in of_stage)
    alone = sorted(set(needs).difference(*arrows))
    lines = [f"{needed} --> {stage}" for needed, stage in arrows] + alone
    return f"{SPACING}\n" + "\n    ".join(["flowchart LR", *lines]) + "\n"


if __name__ == "__main__":
    main()
