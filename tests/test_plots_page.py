"""The page of `dvc plots show`, made by DVC itself from this project's dvc.yaml, templates and page."""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from stages.report import vega_library
from themer.base.files import write_bytes, write_json
from themer.base.tables import write_csv
from themer.reports.mistakes_grid import draw_grid, grid_of
from themer.scoring import curves, scores
from themer.scoring.prediction_table import Predictions
from themer.scoring.slices import slice_table
from themer.scoring.split_table import COLUMNS, split_table

PROJECT = Path(__file__).parent.parent
LABELS = ["Bulk & Bricks", "Minifigures", 'The "old" ones', "Young children's"]
CHARTS = [
    "Headline scores",
    "Pictures per theme",
    "Training history",
    "Confusion matrix",
    "ROC curves",
    "Precision-recall curves",
    "Reliability diagram",
    "Risk and coverage",
    "Top-k accuracy",
    "Accuracy by kind of picture",
    "Other ways to split the pictures",
]


def run(folder: Path, *command: str) -> str:
    """Run a command in the folder and return what it prints."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def write_plots(folder: Path, seed: int, labels: list[str] = LABELS) -> None:
    """Write every plot of the pipeline for random predictions, ten for each label."""
    random, count = np.random.default_rng(seed), 10 * len(labels)
    actual, probabilities = np.arange(len(labels)).repeat(10), random.dirichlet(np.ones(len(labels)), count)
    families = [str(index) for index in range(count)]
    figures = scores.headline(actual, probabilities, families, 0, 0.95)
    write_csv(scores.headline_table(figures), folder / "plots/headline.csv")
    write_json(scores.theme_scores(actual, probabilities, labels), folder / "metrics/themes.json")
    rows = [(label, split, 10) for label in labels for split in ("train", "validation", "test")]
    write_csv(pandas.DataFrame(rows, columns=["label", "split", "pictures"]), folder / "plots/labels.csv")
    rows = [(epoch, split, 1 / epoch, 0.9) for epoch in (1, 2) for split in ("train", "validation")]
    write_csv(pandas.DataFrame(rows, columns=["epoch", "split", "loss", "accuracy"]), folder / "plots/history.csv")
    write_curves(folder, Predictions(families, actual, probabilities, labels))
    write_comparisons(folder, actual, probabilities.argmax(axis=1), families)


def write_curves(folder: Path, predictions: Predictions) -> None:
    """Write what is drawn from predictions alone."""
    actual, probabilities, labels = predictions.actual, predictions.probabilities, predictions.labels
    tables = {
        "confusion": scores.confusion_table(actual, predictions.predicted, labels),
        "roc": curves.roc_table(actual, probabilities, labels),
        "precision_recall": curves.precision_recall_table(actual, probabilities, labels),
        "reliability": curves.reliability(actual, probabilities),
        "risk_coverage": pandas.concat(
            [
                curves.risk_coverage(actual, probabilities),
                curves.other_themes_coverage(probabilities.max(axis=1), probabilities.min(axis=1)),
            ]
        ),
        "top_k": curves.top_k_table(actual, probabilities),
    }
    for name, table in tables.items():
        write_csv(table, folder / f"plots/{name}.csv")
    grid = grid_of(predictions, 1)
    pictures = {position: np.zeros((32, 32, 3), np.uint8) for position in grid.shown}
    write_bytes(draw_grid(grid, predictions, pictures, "Mistakes", ""), folder / "plots/mistakes.png")


def write_comparisons(folder: Path, actual: np.ndarray, predicted: np.ndarray, families: list[str]) -> None:
    """Write the slices, of all decades and shapes, and three splits."""
    values = np.arange(len(actual))
    kinds = pandas.DataFrame({"decade": [f"{1980 + 10 * (value % 4)}s" for value in values]})
    kinds["shape"] = np.where(values % 3, "about square", "wide (above 4:3)")
    write_csv(slice_table(predicted == actual, families, kinds, 0.95), folder / "plots/slices.csv")
    dataset = pandas.DataFrame({"set_id": families, "label": actual.astype(str), "family": families})
    held_out = pandas.DataFrame({"set_id": families, "fold": 0, "predicted": predicted.astype(str)})
    ways = ("grouped by family", "at random", "by year, from 2015")
    table = pandas.concat([held_out.assign(split=way) for way in ways])
    write_csv(split_table(table, dataset, [], 0.95), folder / "plots/splits.csv")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A repository with this project's DVC files, the plots of one commit, and other ones in the workspace."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(PROJECT / ".dvc/plots", folder / ".dvc/plots")
    for name in (".dvc/config", "dvc.yaml", "params.yaml"):
        shutil.copy(PROJECT / name, folder / name)
    write_bytes(vega_library(), folder / "plots/vega.js")
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


@contextmanager
def opened(browser: Browser, page: Path, width: int = 1280, **options: str) -> Iterator[Page]:
    """Open a page of plots without a network, in a window of some width, in pixels, with all charts drawn."""
    with browser.new_page(offline=True, viewport={"width": width, "height": 800}, **options) as tab:
        tab.goto(page.as_uri())
        tab.wait_for_function("document.querySelector('main').dataset.drawn === 'all'")
        yield tab


def drawn(browser: Browser, page: Path) -> str:
    """Return a page of plots as the browser has it after its scripts ran."""
    with opened(browser, page) as tab:
        return tab.content()


@pytest.fixture(scope="module")
def document(project, page, browser) -> str:
    """The page as a browser has it."""
    return drawn(browser, project / "dvc_plots/index.html")


@pytest.fixture(scope="module")
def twenty_themes(project, tmp_path_factory) -> Path:
    """The page of twenty themes with long names."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("twenty") / "project")
    write_plots(folder, seed=3, labels=[f"Collectible minifigures {index:02}" for index in range(20)])
    run(folder, sys.executable, "-m", "dvc", "plots", "show")
    return folder / "dvc_plots/index.html"


def test_every_chart_is_there_once(page):
    for title in [*CHARTS, "Scores per theme"]:
        assert page.count(f'"title": "{title}"') == 1


def test_no_placeholder_is_left(page):
    assert not re.search(r"<DVC_METRIC_\w+>|\{(plot_divs|scripts|refresh_tag)\}", page)


def test_page_asks_nothing_of_the_network(page):
    addresses = set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert addresses == {"../plots/vega.js", "static/workspace_plots_mistakes.png"}


def test_a_browser_draws_every_chart_offline(document):
    assert document.count("<svg") == len(CHARTS) + 1
    assert "Young children's" in document
    assert 'id="missing" class="wide" hidden' in document


def test_a_browser_draws_more_themes_than_the_legend_holds_and_no_card_for_a_table_without_rows(
    project, browser, tmp_path
):
    folder = shutil.copytree(project, tmp_path / "project")
    write_plots(folder, seed=3, labels=[f"Theme {index:02}" for index in range(60)])
    write_csv(pandas.DataFrame(columns=COLUMNS), folder / "plots/splits.csv")
    run(folder, sys.executable, "-m", "dvc", "plots", "show")
    document = drawn(browser, folder / "dvc_plots/index.html")
    assert re.search(r">Theme 00 \(0\.\d{3}\)<", document)
    assert re.search(r">…\d+ entries<", document)
    assert document.count("<svg") == len(CHARTS)
    assert "Other ways" not in document and "<h2></h2>" not in document and "<h2>undefined" not in document


def test_two_revisions_stand_side_by_side(browser, project):
    run(project, sys.executable, "-m", "dvc", "plots", "diff", "HEAD", "-o", "compared")
    document = drawn(browser, project / "compared/index.html")
    assert document.count("<svg") == len(CHARTS) + 1
    assert document.count(">workspace<") == document.count(">HEAD<") > len(CHARTS)


def test_page_says_what_to_do_without_vega(browser, project, page, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    lonely = tmp_path / "elsewhere/index.html"
    lonely.write_text(page)
    with browser.new_page(offline=True) as tab:
        tab.goto(lonely.as_uri())
        expect(tab.locator("#missing")).to_be_visible()


COLOURS_OF = re.compile(r"--colours: ([^;]+);")
CUT = """() => {
  const charts = [...document.querySelectorAll(".chart")], drawings = [...document.querySelectorAll("svg")];
  const cut = charts.filter((chart) => chart.scrollWidth > chart.clientWidth + 1);
  const words = drawings.filter((svg) => [...svg.querySelectorAll("text")].some((text) =>
    text.textContent && text.getBoundingClientRect().bottom > svg.getBoundingClientRect().bottom + 0.5));
  const scales = charts.map((chart) => chart.querySelector("svg")).map((svg) =>
    svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
  return [charts.length, cut.length, words.length, Math.min(...scales) > 0.84];
}"""


def measured(browser: Browser, page: Path, width: int) -> list:
    """Return how many charts a page of some width has, how many are cut, and clip a word, and if all stay legible."""
    with opened(browser, page, width) as tab:
        found: list = tab.evaluate(CUT)
        return found


@pytest.mark.parametrize("width", [360, 1280])
def test_no_chart_and_no_word_is_cut_with_twenty_themes(browser, twenty_themes, width):
    assert measured(browser, twenty_themes, width) == [len(CHARTS) + 1, 0, 0, True]


def test_twenty_themes_have_twenty_colours(browser, twenty_themes):
    light, dark = (set(found.split()) for found in COLOURS_OF.findall((PROJECT / ".dvc/plots/page.html").read_text()))
    document = drawn(browser, twenty_themes)
    assert len(light) == len(dark) == 20 and all(f'stroke="{colour}"' in document for colour in light)


def test_a_history_of_epoch_0_alone_has_one_tick_and_its_value(browser, project, tmp_path):
    folder = shutil.copytree(project, tmp_path / "project")
    table = pandas.DataFrame([(0, "validation", 0.25, 0.9)], columns=["epoch", "split", "loss", "accuracy"])
    write_csv(table, folder / "plots/history.csv")
    run(folder, sys.executable, "-m", "dvc", "plots", "show")
    document = drawn(browser, folder / "dvc_plots/index.html")
    history = document.partition("<h2>Training history")[2].partition("<h2>")[0]
    assert sorted(re.findall(r">([-−]?[\d.]+)<", history)) == ["0", "0", "0.25", "0.9"]


def test_a_score_without_an_interval_says_none(document):
    assert "Confidence interval: none" in document and "null" not in re.sub(
        "<script.+?</script>", "", document, flags=re.S
    )


HALF_ROWS = """[...document.querySelectorAll("section")].map((section) => section.getBoundingClientRect())
    .map(({top, width}) => [Math.round(top), Math.round(width)])"""


def test_no_chart_stands_alone_in_half_a_row(browser, project, page):
    with opened(browser, project / "dvc_plots/index.html", width=1280) as tab:
        boxes = tab.evaluate(HALF_ROWS)
    tops = [top for top, width in boxes if width < 1000]
    assert len(tops) >= 8 and all(tops.count(top) == 2 for top in tops)


def test_a_sheet_stays_legible_on_a_phone_and_scrolls_in_its_card(browser, project, page):
    with opened(browser, project / "dvc_plots/index.html", width=360) as tab:
        wide = tab.evaluate("document.querySelector('.sheets img').clientWidth")
        card = tab.evaluate("(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.documentElement)")
    assert wide >= 960 and card == [360, 360]


@pytest.mark.parametrize(("scheme", "lightest"), [("light", 240), ("dark", 200)])
def test_a_sheet_does_not_glare_in_dark_mode(browser, project, page, scheme, lightest):
    with opened(browser, project / "dvc_plots/index.html", width=1280, color_scheme=scheme) as tab:
        picture = Image.open(io.BytesIO(tab.locator(".sheets img").screenshot()))
    brightest = picture.convert("L").getextrema()[1]
    assert brightest <= lightest if scheme == "dark" else brightest > lightest


def test_a_score_just_below_1_is_not_drawn_as_1(browser, project, tmp_path):
    folder = shutil.copytree(project, tmp_path / "project")
    scores_of = {"theme": "Almost", "precision": 1.0, "recall": 0.99961, "f1": 0.9998, "roc_auc": 0.99999, "support": 9}
    write_json([scores_of], folder / "metrics/themes.json")
    run(folder, sys.executable, "-m", "dvc", "plots", "show")
    drawing = drawn(browser, folder / "dvc_plots/index.html").partition("<h2>Scores per theme")[2].partition("<h2>")[0]
    assert sorted(re.findall(r">(\d\.\d{2,})<", drawing)) == ["0.999", "0.999", "0.999", "1.000"]
