"""What the page says of a picture of another theme than the model's own."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.command_line.formats import COLUMNS
from app.settings import Settings
from stages import paths
from tests.app.browser.chromium import require_chromium
from tests.app.browser.conftest import served
from tests.app.browser.pictures import broken_file, drawn_file
from tests.app.strangers import make_strangers

SUPPOSING = "If it were one of these themes:"


@pytest.fixture(scope="module")
def strangers(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose sets are all of another theme."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("strangers") / "project")
    make_strangers(folder / paths.index)
    with served(Settings(root=folder, requests_per_minute=0)) as address:
        yield address


def test_the_page_names_the_nearest_set_of_another_theme(open_page, strangers, tmp_path):
    page = open_page(strangers)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.get_by_role("heading", level=3)).to_have_text("None of these themes")
    nearest = page.locator(".set-number").first.text_content()
    expect(page.locator(".confidence")).to_have_text(f"It looks like Star Wars: {nearest} Falcon.")
    expect(page.get_by_text(SUPPOSING)).to_be_visible()


def test_without_a_script_it_says_the_same(open_page, strangers, tmp_path):
    page = open_page(strangers, java_script_enabled=False)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    page.get_by_role("button", name="Predict the theme").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("None of these themes")
    nearest = page.locator(".set-number").first.text_content()
    expect(page.locator(".confidence")).to_have_text(f"It looks like Star Wars: {nearest} Falcon.")
    expect(page.get_by_text(SUPPOSING)).to_be_visible()


def test_the_downloaded_table_tells_none_of_these_themes_from_not_sure(open_page, strangers, tmp_path):
    page = open_page(strangers)
    require_chromium(page.context.browser, "downloads")
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001)), str(broken_file(tmp_path))])
    expect(page.locator(".prediction:not([aria-busy])")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        assert tuple(rows.fieldnames) == COLUMNS
        assert [(row["theme"], row["none_of_these"]) for row in rows] == [("", "true"), ("", "")]


def test_above_the_bars_of_a_theme_there_is_no_such_line(open_page, site, tmp_path):
    page = open_page(site)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.get_by_role("meter").first).to_be_visible()
    expect(page.get_by_text(SUPPOSING)).to_be_hidden()
