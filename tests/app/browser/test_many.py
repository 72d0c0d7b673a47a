"""More pictures than fit into a request, folders, and what to do with all answers."""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.app.browser.chromium import developer_tools, require_chromium
from tests.app.browser.pictures import broken_file, drawn_file
from tests.drawn_sets import drawn_set

PREDICTED = ".prediction:not([aria-busy])"


@pytest.fixture
def folder(tmp_path):
    """A folder with pictures, a folder below it, and a file that is not a picture."""
    folder = tmp_path / "holiday"
    (folder / "more").mkdir(parents=True)
    drawn_file(folder, "technic", 9001)
    drawn_file(folder / "more", "young", 9002)
    (folder / "notes.txt").write_text("not a picture")
    return folder


def drop(page, path):
    """Drop a file or folder as the desktop does."""
    session = developer_tools(page)
    data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 200, "data": data})


def require_holiday(page):
    """Assert that a page shows the two pictures of the folder, and says what it left out."""
    expect(page.locator(PREDICTED)).to_have_count(2)
    assert page.locator(".file").all_inner_texts() == ["holiday/more/young-9002.png", "holiday/technic-9001.png"]
    expect(page.get_by_role("alert").first).to_have_text("One file that is not a picture is left out.")


def test_more_pictures_than_a_request_may_hold_are_all_predicted(open_page, plain_site, tmp_path):
    page = open_page(plain_site)
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001))] * 25)
    expect(page.locator("#count")).to_have_text(re.compile(r"^\d+ of 25 done$"))
    expect(page.locator("#count")).to_have_text("All 25 done")
    expect(page.locator('.prediction[data-state="sure"]')).to_have_count(25)


def test_the_rest_can_be_cancelled(open_page, plain_site, tmp_path):
    page = open_page(plain_site)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001))] * 12)
    page.get_by_role("button", name="Cancel the rest").click()
    expect(page.locator("#count")).to_have_text("All 12 done")
    expect(page.locator(".verdict")).to_have_text(["Cancelled"] * 12)


def test_a_chosen_folder_is_walked(open_page, site, folder):
    page = open_page(site)
    require_chromium(page.context.browser, "a mouse")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="choose a folder").click()
    chooser.value.set_files(str(folder))
    require_holiday(page)


def test_a_dropped_folder_is_walked(open_page, site, folder):
    page = open_page(site)
    drop(page, folder)
    require_holiday(page)


def test_a_dropped_file_needs_no_ending(open_page, site, tmp_path):
    path = drawn_file(tmp_path, "technic", 9001).rename(tmp_path / "picture")
    page = open_page(site)
    drop(page, path)
    expect(page.locator(".verdict")).to_have_text("technic")


def test_a_folders_pictures_are_known_by_their_content(open_page, site, tmp_path):
    folder = tmp_path / "scans"
    folder.mkdir()
    drawn_file(folder, "technic", 9001).rename(folder / "a scan")
    drawn_set("technic", 9002).save(folder / "b.tiff")
    (folder / "c.png").write_text("not a picture")
    page = open_page(site)
    drop(page, folder)
    expect(page.locator(PREDICTED)).to_have_count(2)
    assert page.locator(".file").all_inner_texts() == ["scans/a scan", "scans/b.tiff"]
    assert page.locator(".verdict").all_inner_texts() == ["technic", "Unsupported format"]
    expect(page.get_by_role("alert").first).to_have_text("One file that is not a picture is left out.")


def test_a_folder_without_pictures_says_so(open_page, site, tmp_path):
    (tmp_path / "empty").mkdir()
    page = open_page(site)
    drop(page, tmp_path / "empty")
    expect(page.get_by_role("alert").first).to_have_text("There are no pictures in the folder.")


def test_all_answers_can_be_copied_and_downloaded(open_page, site, tmp_path):
    page = open_page(site, permissions=["clipboard-read", "clipboard-write"])
    odd = drawn_file(tmp_path, "technic", 9001).rename(tmp_path / 'a "b", ü.png')
    page.set_input_files("#pictures", [str(odd), str(broken_file(tmp_path))])
    expect(page.locator(PREDICTED)).to_have_count(2)
    page.get_by_role("button", name="Copy all").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0].startswith('a "b", ü.png: technic. ') and lines[1].startswith("broken.jpg: Broken picture. ")
    require_chromium(page.context.browser, "downloads")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        first, second = csv.DictReader(file)
    assert download.value.suggested_filename == "predictions.csv"
    assert (first["file"], first["theme"], first["problem"]) == ('a "b", ü.png', "technic", "")
    assert 0 < float(first["confidence"]) <= 1 and first["most_similar_set"] and first["none_of_these"] == "false"
    assert (second["file"], second["theme"]) == ("broken.jpg", "") and second["problem"].startswith("Broken picture.")


def test_the_downloaded_table_has_no_formulas(open_page, site, tmp_path):
    names = ["=1+1.png", "-2.png", "ordinary=name.png"]
    paths = [str(drawn_file(tmp_path, "technic", 9001).rename(tmp_path / name)) for name in names]
    page = open_page(site)
    page.set_input_files("#pictures", paths)
    expect(page.locator(PREDICTED)).to_have_count(3)
    require_chromium(page.context.browser, "downloads")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with download.value.path().open(newline="", encoding="utf-8-sig") as file:
        found = sorted(row["file"] for row in csv.DictReader(file))
    assert found == ["'-2.png", "'=1+1.png", "ordinary=name.png"]


def test_an_example_is_predicted(open_page, site):
    page = open_page(site)
    page.get_by_role("button", name="A digger").click()
    expect(page.locator(PREDICTED)).to_have_count(1)
    expect(page.locator(".file")).to_have_text("digger.jpg")
    assert page.locator(".prediction").get_attribute("data-state") != "failed"


@pytest.mark.parametrize(
    ("pasted", "advice"),
    [("https://example.org/car.jpg", "That is a link, not a picture."), ("a car", "There is no picture to paste.")],
)
def test_pasted_text_is_refused_with_advice(open_page, site, pasted, advice):
    page = open_page(site, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    page.keyboard.press("Control+v")
    expect(page.get_by_role("alert").first).to_contain_text(advice)
