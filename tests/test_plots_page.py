"""The page of `dvc plots show`, made by DVC itself from this project's dvc.yaml, templates and page."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas
import pytest
from dvc.cli import main as dvc
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

# DVC uses what a package of its own has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep.value:DeprecationWarning")

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


ALL_DRAWN = "document.querySelector('main').dataset.drawn === 'all'"
FORGET = "delete document.querySelector('main').dataset.drawn"
SCHEME = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"


def run(folder: Path, *command: str) -> str:
    """Run a command in the folder and return what it prints."""
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


def show_plots(folder: Path) -> Path:
    """Let DVC write the page of the plots in the folder, in this process; return its path."""
    with contextlib.chdir(folder):
        assert dvc(["plots", "show"]) == 0
    return folder / "dvc_plots/index.html"


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


@contextlib.contextmanager
def opened(browser: Browser, page: Path) -> Iterator[Page]:
    """Open a page of plots without a network, with all charts drawn."""
    with browser.new_page(offline=True, viewport={"width": 1280, "height": 800}) as tab:
        tab.goto(page.as_uri())
        tab.wait_for_function(ALL_DRAWN)
        yield tab


def drawn(browser: Browser, page: Path) -> str:
    """Return a page of plots as the browser has it after its scripts ran."""
    with opened(browser, page) as tab:
        return tab.content()


def shown(tab: Page, width: int = 1280, scheme: str = "light") -> Page:
    """Show a page of plots in a window of some width, in pixels, and in light or dark colours; return it drawn anew."""
    if tab.evaluate("innerWidth") != width:
        tab.evaluate(FORGET)
        tab.set_viewport_size({"width": width, "height": 800})
        tab.wait_for_function(ALL_DRAWN)
    if tab.evaluate(SCHEME) != scheme:
        tab.evaluate(FORGET)
        tab.emulate_media(color_scheme=scheme)
        tab.wait_for_function(ALL_DRAWN)
    return tab


@pytest.fixture(scope="module")
def tab(project, page, browser) -> Iterator[Page]:
    """The page in a browser."""
    with opened(browser, project / "dvc_plots/index.html") as tab:
        yield tab


@pytest.fixture
def document(tab) -> str:
    """The page as a browser has it."""
    return shown(tab).content()


@pytest.fixture(scope="module")
def twenty_themes(project, browser, tmp_path_factory) -> Iterator[Page]:
    """The page of twenty themes with long names, in a browser."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("twenty") / "project")
    write_plots(folder, seed=3, labels=[f"Collectible minifigures {index:02}" for index in range(20)])
    with opened(browser, show_plots(folder)) as tab:
        yield tab


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
    document = drawn(browser, show_plots(folder))
    assert re.search(r">0\.\d{3} Theme 00<", document)
    assert re.search(r">…\d+ entries<", document)
    assert document.count("<svg") == len(CHARTS)
    assert "Other ways" not in document and "<h2></h2>" not in document and "<h2>undefined" not in document


LONG = ["Educational and Dacta / Universal Building Set, and more", "W" * 60, "City"]
TITLES_OVER_LABELS = """() => [...document.querySelectorAll(".role-axis-title text")].filter((title) => {
  const one = title.getBoundingClientRect(), labels = title.closest("svg").querySelectorAll(".role-axis-label text");
  return [...labels].map((label) => label.getBoundingClientRect()).some((other) => one.left < other.right - 1 &&
    other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1);
}).map((title) => title.textContent)"""


def test_a_long_name_keeps_its_number_and_lies_under_no_title(project, browser, tmp_path):
    folder = shutil.copytree(project, tmp_path / "project")
    write_plots(folder, seed=3, labels=LONG)
    with opened(browser, show_plots(folder)) as tab:
        assert tab.evaluate(TITLES_OVER_LABELS) == []
        for title in ("ROC curves", "Precision-recall curves"):
            shown_names = re.findall(r">\d\.\d{3} (\w+)", card(tab.content(), title))
            assert [name[:4] for name in sorted(shown_names)] == ["City", "Educ", "WWWW"], title


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


@pytest.mark.parametrize("width", [360, 1280])
def test_no_chart_and_no_word_is_cut_with_twenty_themes(twenty_themes, width):
    """Of the charts none is cut and none clips a word, and all stay legible."""
    assert shown(twenty_themes, width).evaluate(CUT) == [len(CHARTS) + 1, 0, 0, True]


def test_twenty_themes_have_twenty_colours(twenty_themes):
    light, dark = (set(found.split()) for found in COLOURS_OF.findall((PROJECT / ".dvc/plots/page.html").read_text()))
    document = shown(twenty_themes).content()
    assert len(light) == len(dark) == 20 and all(f'stroke="{colour}"' in document for colour in light)


@pytest.fixture(scope="module")
def few_values(project, browser, tmp_path_factory) -> str:
    """A page, as a browser has it, with a history of epoch 0 alone and one theme, whose scores are just below 1."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("few") / "project")
    table = pandas.DataFrame([(0, "validation", 0.25, 0.9)], columns=["epoch", "split", "loss", "accuracy"])
    write_csv(table, folder / "plots/history.csv")
    scores_of = {"theme": "Almost", "precision": 1.0, "recall": 0.99961, "f1": 0.9998, "roc_auc": 0.99999, "support": 9}
    write_json([scores_of], folder / "metrics/themes.json")
    return drawn(browser, show_plots(folder))


def card(document: str, title: str) -> str:
    """Return the part of a page that shows a chart."""
    return document.partition(f"<h2>{title}")[2].partition("<h2>")[0]


def test_a_history_of_epoch_0_alone_has_one_tick_and_its_value(few_values):
    assert sorted(re.findall(r">([-−]?[\d.]+)<", card(few_values, "Training history"))) == ["0", "0", "0.25", "0.9"]


def test_a_score_just_below_1_is_not_drawn_as_1(few_values):
    found = re.findall(r">(\d\.\d{2,})<", card(few_values, "Scores per theme"))
    assert sorted(found) == ["0.999", "0.999", "0.999", "1.000"]


def test_a_score_without_an_interval_says_none(document):
    assert "Confidence interval: none" in document and "null" not in re.sub(
        "<script.+?</script>", "", document, flags=re.S
    )


HALF_ROWS = """[...document.querySelectorAll("section")].map((section) => section.getBoundingClientRect())
    .map(({top, width}) => [Math.round(top), Math.round(width)])"""


def test_no_chart_stands_alone_in_half_a_row(tab):
    boxes = shown(tab, width=1280).evaluate(HALF_ROWS)
    tops = [top for top, width in boxes if width < 1000]
    assert len(tops) >= 8 and all(tops.count(top) == 2 for top in tops)


def test_a_sheet_stays_legible_on_a_phone_and_scrolls_in_its_card(tab):
    phone = shown(tab, width=360)
    wide = phone.evaluate("document.querySelector('.sheets img').clientWidth")
    widths = phone.evaluate("(({scrollWidth, clientWidth}) => [scrollWidth, clientWidth])(document.documentElement)")
    assert wide >= 960 and widths == [360, 360]


@pytest.mark.parametrize(("scheme", "lightest"), [("light", 240), ("dark", 200)])
def test_a_sheet_does_not_glare_in_dark_mode(tab, scheme, lightest):
    sheet = shown(tab, scheme=scheme).locator(".sheets img")
    brightest = Image.open(io.BytesIO(sheet.screenshot())).convert("L").getextrema()[1]
    assert brightest <= lightest if scheme == "dark" else brightest > lightest
