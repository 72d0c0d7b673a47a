"""The page of `dvc plots show`, made by DVC itself from this project's dvc.yaml, templates and page."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

from stages import vega
from themer import scores
from themer.contact_sheet import draw_sheet
from themer.files import write_bytes, write_csv, write_json

PROJECT = Path(__file__).parent.parent
LABELS = ["Bulk & Bricks", "Minifigures", 'The "old" ones', "Young children's"]
CHARTS = ["Headline figures", "Pictures per theme", "Training history", "Confusion matrix", "ROC curves"]
CHROMIUM = shutil.which("chromium")


def run(folder: Path, *command: str) -> str:
    """Run a command in the folder and return what it prints."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def write_plots(folder: Path, seed: int, labels: list[str] = LABELS) -> None:
    """Write every plot of the pipeline for random answers, ten for each label."""
    random = np.random.default_rng(seed)
    actual, probabilities = np.arange(len(labels)).repeat(10), random.dirichlet(np.ones(len(labels)), 10 * len(labels))
    figures = scores.headline(actual, probabilities, [str(index) for index in range(len(actual))], 0, 0.95)
    write_csv(scores.headline_table(figures), folder / "plots/headline.csv")
    write_csv(scores.confusion_table(actual, probabilities.argmax(axis=1), labels), folder / "plots/confusion.csv")
    write_csv(scores.roc_table(actual, probabilities, labels), folder / "plots/roc.csv")
    write_json(scores.theme_scores(actual, probabilities, labels), folder / "metrics/themes.json")
    write_bytes(draw_sheet("No mistakes", "", []), folder / "plots/mistakes.png")
    rows = [(label, split, 10) for label in labels for split in ("train", "validation", "test")]
    write_csv(pandas.DataFrame(rows, columns=["label", "split", "pictures"]), folder / "plots/classes.csv")
    rows = [(epoch, split, 1 / epoch, 0.9) for epoch in (1, 2) for split in ("train", "validation")]
    write_csv(pandas.DataFrame(rows, columns=["epoch", "split", "loss", "accuracy"]), folder / "plots/history.csv")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A repository with this project's DVC files, the plots of one commit, and other ones in the workspace."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / ".dvc/plots", folder / ".dvc/plots")
    for name in (".dvc/config", "dvc.yaml", "params.yaml"):
        shutil.copy(PROJECT / name, folder / name)
    vega.main(["--vega-lite", "5.21", "--out", str(folder / "plots/vega.js")])
    write_plots(folder, seed=1)
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", ".")
    run(folder, "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "-qm", "Plots")
    write_plots(folder, seed=2)
    return folder


@pytest.fixture(scope="module")
def page(project) -> str:
    run(project, sys.executable, "-m", "dvc", "plots", "show")
    return (project / "dvc_plots/index.html").read_text()


def drawn(page: Path) -> str:
    """Return the page as a browser without a network has it after its scripts ran."""
    headless = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=15000", "--dump-dom"]
    offline = ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={page.parent}/profile"]
    return run(page.parent, CHROMIUM or "", *headless, *offline, page.as_uri())


def test_every_chart_is_there_once(page):
    for title in [*CHARTS, "Figures per theme"]:
        assert page.count(f'"title": "{title}"') == 1


def test_no_placeholder_is_left(page):
    assert not re.search(r"<DVC_METRIC_\w+>|\{(plot_divs|scripts|refresh_tag)\}", page)


def test_page_asks_nothing_of_the_network(page):
    addresses = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert addresses == {"../plots/vega.js", "static/workspace_plots_mistakes.png"}


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_draws_every_chart_offline(project, page):
    document = drawn(project / "dvc_plots/index.html")
    assert document.count("<svg") == len(CHARTS) + 1
    assert "Young children's" in document
    assert 'id="missing" class="wide" hidden' in document


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_draws_more_themes_than_the_legend_holds(project, tmp_path):
    folder = shutil.copytree(project, tmp_path / "project")
    write_plots(folder, seed=3, labels=[f"Theme {index:02}" for index in range(60)])
    run(folder, sys.executable, "-m", "dvc", "plots", "show")
    document = drawn(folder / "dvc_plots/index.html")
    assert re.search(r">Theme 00 \(0\.\d{3}\)<", document)
    assert re.search(r">…\d+ entries<", document)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_two_revisions_stand_side_by_side(project):
    run(project, sys.executable, "-m", "dvc", "plots", "diff", "HEAD", "-o", "compared")
    document = drawn(project / "compared/index.html")
    assert document.count("<svg") == len(CHARTS) + 1
    assert document.count(">workspace<") == document.count(">HEAD<") > len(CHARTS)


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_page_says_what_to_do_without_vega(project, page, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    lonely = tmp_path / "elsewhere/index.html"
    lonely.write_text(page)
    assert 'id="missing" class="wide">' in drawn(lonely)
