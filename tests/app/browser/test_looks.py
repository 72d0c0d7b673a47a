"""Phones, forced colours and paper."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.app.browser.chromium import require_chromium
from tests.app.browser.pictures import drawn_file

PREDICTED = ".prediction:not([aria-busy])"
PHONE = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}
GAP = """() => document.querySelector(".switch").getBoundingClientRect().top
    - document.querySelector(".frame").getBoundingClientRect().bottom"""
# The colours as they are painted, each as red, green and blue: bricks, words and the surface behind them.
COLOURS = """() => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const painted = (colour) => {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
        return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const probe = document.querySelector("main").appendChild(document.createElement("p"));
    const colour = (name, value) => {
        Object.assign(probe, { className: name }).style.color = value;
        return painted(getComputedStyle(probe).color);
    };
    const count = Number(document.getElementById("constants").dataset.accents);
    const names = Array.from({ length: count }, (_, number) => `accent-${number}`);
    return [names.map((name) => colour(name, "var(--brick)")), names.map((name) => colour(name, "var(--word)")),
        colour("", "var(--surface)")];
}"""
LINES = """cells => cells.map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return new Set([...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top))).size;
})"""

HEIGHT_IN_LINES = """cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight);
}"""


def contrast(one: list[int], other: list[int]) -> float:
    """Return the contrast of two colours as WCAG defines it."""
    channels = np.array([one, other]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return float((light + 0.05) / (dark + 0.05))


@pytest.fixture(scope="module")
def desktop(open_shared_page, site):
    """A page without pictures, on a desktop."""
    return open_shared_page(site)


@pytest.fixture(scope="module")
def about(open_shared_page, site):
    """The page about the model, on a phone."""
    return open_shared_page(f"{site}/about", **PHONE)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_twenty_themes_have_colours_of_their_own_that_stand_out(desktop, scheme):
    desktop.emulate_media(color_scheme=scheme)
    bricks, words, surface = desktop.evaluate(COLOURS)
    assert len({tuple(brick) for brick in bricks}) == len({tuple(word) for word in words}) == 20
    assert min(contrast(brick, surface) for brick in bricks) >= 3
    assert min(contrast(word, surface) for word in words) >= 4.5


def test_no_percentage_is_broken_over_two_lines(about):
    cells = about.locator("td.number")
    assert "100\N{NO-BREAK SPACE}%" in cells.all_inner_texts()
    assert max(cells.evaluate_all(LINES)) == 1
    assert not re.search(r"\d %", about.locator("main").inner_text())


def test_on_a_phone_the_table_breaks_no_theme_within_a_word(about):
    cell = about.locator("tbody th").first
    cell.evaluate("cell => { cell.lastChild.textContent = '\u00a0Technic/Bionicle'; }")
    assert cell.evaluate(HEIGHT_IN_LINES) < 1.5


@pytest.fixture
def answered(open_page, site, tmp_path):
    """Return a function that opens a page, and has pictures predicted."""

    def open_with(count=1, **options):
        page = open_page(site, **options)
        page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001 + n)) for n in range(count)])
        expect(page.locator(PREDICTED)).to_have_count(count)
        return page

    return open_with


def test_on_a_phone_the_heat_switch_is_below_the_picture(answered):
    page = answered(**PHONE)
    assert 0 <= page.evaluate(GAP) < 30
    page.get_by_text("Show what it looked at").tap()
    expect(page.locator(".heat")).to_be_visible()
    expect(page.locator(".heat")).to_be_in_viewport()


def test_on_a_phone_the_overview_breaks_no_theme_within_a_word(answered):
    page = answered(2, **PHONE)
    page.locator("#overview span").first.evaluate("text => { text.textContent = 'Technic/Bionicle'; }")
    assert page.locator("#overview span").evaluate_all(LINES)[0] == 1


def test_on_a_phone_nobody_is_told_to_drop_or_to_press_keys(open_page, site):
    words = open_page(site, **PHONE).locator("main").inner_text()
    assert "Take or choose a picture" in words and not re.search(r"\b(drop|Ctrl|folder)\b", words, re.IGNORECASE)


def test_with_a_mouse_dropping_and_pasting_are_offered(desktop):
    require_chromium(desktop.context.browser, "a mouse")
    words = desktop.locator("main").inner_text()
    assert "Drop a picture" in words and "Ctrl" in words and "Take or choose" not in words


def test_without_a_script_only_choosing_is_offered(open_page, site):
    words = open_page(site, java_script_enabled=False).locator("main").inner_text()
    assert "Take or choose a picture" in words and "at most 10 at a time" in words
    assert not re.search(r"\b(drop|Ctrl|folder|example|your browser)\b", words, re.IGNORECASE)


@pytest.fixture(scope="module")
def forced(open_shared_page, site, tmp_path_factory):
    """A page with the prediction for one picture, in forced colours."""
    page = open_shared_page(site, forced_colors="active", reduced_motion="reduce")
    page.set_input_files("#pictures", str(drawn_file(tmp_path_factory.mktemp("forced"), "technic", 9001)))
    expect(page.locator(PREDICTED)).to_have_count(1)
    return page


def test_in_forced_colours_the_switch_shows_its_state(forced):
    knob = forced.locator(".knob")
    off = knob.screenshot()
    forced.get_by_text("Show what it looked at").click()
    expect(forced.locator(".heat")).to_be_visible()
    style = "(knob, part) => getComputedStyle(knob, part).backgroundColor"
    assert knob.evaluate(style) != knob.evaluate(style, "::after")
    assert knob.screenshot() != off


def test_in_forced_colours_bars_are_as_long_as_the_probabilities(forced):
    first, last = forced.locator("meter").first, forced.locator("meter").last
    forced.evaluate("document.querySelectorAll('meter').forEach((one) => { one.value = 0.5; })")
    half = first.screenshot()
    first.evaluate("meter => { meter.value = 1; }")
    last.evaluate("meter => { meter.value = 0; }")
    assert len({half, first.screenshot(), last.screenshot()}) == 3


def test_two_pictures_fit_on_a_printed_page_without_buttons(answered):
    page = answered(count=2, color_scheme="dark")
    require_chromium(page.context.browser, "PDF with plain pages")
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4", print_background=True))) == 1
    page.emulate_media(media="print")
    assert page.locator("button:visible, input:visible").count() == 0
