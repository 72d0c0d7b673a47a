"""Answers that outlast other pages."""

import pytest
from playwright.sync_api import expect

from tests.app.browser.pictures import broken_file, drawn_file

PREDICTED = ".prediction:not([aria-busy])"


@pytest.fixture
def answered(open_page, site, tmp_path):
    """A page with the predictions for two pictures and a problem."""
    page = open_page(site)
    drawn = [drawn_file(tmp_path, kind, 9001) for kind in ("technic", "young")]
    page.set_input_files("#pictures", [str(path) for path in (*drawn, broken_file(tmp_path))])
    expect(page.locator(PREDICTED)).to_have_count(3)
    return page


def texts(page):
    """Return what the cards say, the newest on top."""
    return page.locator(".prediction").all_inner_texts()


def test_answers_are_there_after_another_page_and_back(answered):
    before = texts(answered)
    answered.evaluate("scrollTo(0, 700)")
    answered.get_by_role("link", name="About").evaluate("link => link.click()")
    expect(answered.get_by_role("heading", level=1)).to_have_text("What it is, and how good")
    answered.go_back()
    expect(answered.locator(PREDICTED)).to_have_count(3)
    assert texts(answered) == before
    # Not wait_for_function: from its second look on, the page's policy forbids it.
    expect(answered.get_by_role("heading", level=1)).not_to_be_in_viewport()
    assert abs(answered.evaluate("scrollY") - 700) < 50
    answered.get_by_text("Show what it looked at").first.click()
    expect(answered.locator(".heat").first).to_be_visible()


def test_newer_pictures_stay_above_older_ones(answered, tmp_path):
    answered.set_input_files("#pictures", str(drawn_file(tmp_path, "minifigure", 9003)))
    expect(answered.locator(PREDICTED)).to_have_count(4)
    before = answered.locator(".file").all_inner_texts()
    answered.get_by_role("link", name="Lego Themer").click()
    expect(answered.locator(PREDICTED)).to_have_count(4)
    assert answered.locator(".file").all_inner_texts() == before


def test_pictures_without_an_answer_get_one_on_return(open_page, site, tmp_path):
    page = open_page(site)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", number)) for number in (9001, 9002, 9003)])
    expect(page.get_by_text("Sending, 0 %")).to_have_count(2)
    page.goto(f"{site}/about")
    page.unroute("**/api/predict")
    page.go_back()
    expect(page.locator('.prediction[data-state="sure"]')).to_have_count(3)


def test_another_tab_begins_empty(answered, site):
    other = answered.context.new_page()
    other.goto(site)
    expect(other.locator("body.empty")).to_have_count(1)
    expect(other.get_by_role("heading", name="Predictions")).to_be_hidden()


def test_starting_over_forgets_everything(answered):
    answered.get_by_role("link", name="Start over").click()
    expect(answered.locator("body.empty")).to_have_count(1)
    answered.reload()
    expect(answered.locator("body.empty")).to_have_count(1)
    left = """() => new Promise((resolve) => {
        indexedDB.open("lego-themer").onsuccess = ({ target }) => {
            const entries = target.result.transaction("entries").objectStore("entries");
            entries.count().onsuccess = (event) => resolve(event.target.result);
        };
    })"""
    assert answered.evaluate(left) == 0


def test_without_storage_the_page_predicts_all_the_same(open_page, site, tmp_path):
    page = open_page("about:blank")
    page.add_init_script("Object.defineProperty(window, 'indexedDB', { get() { throw new Error('denied'); } })")
    page.goto(site)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".verdict")).to_have_text("technic")
