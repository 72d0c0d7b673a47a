import pytest
from playwright.sync_api import Page, expect

from tests.app.browser.pictures import broken_file, drawn_file

SCHEMES = ["light", "dark"]
WIDTHS = [360, 1280]
STILL = {"reduced_motion": "reduce"}
PAGES = ["/", "/about", "/docs", "/nothing-here"]
FITS = "document.documentElement.scrollWidth <= innerWidth"
OUTLINE = """() => {
    const focused = document.activeElement;
    return getComputedStyle(focused.id === "pictures" ? focused.previousElementSibling : focused).outlineWidth;
}"""
SIDES = """all => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width)
    .map((box) => Math.round(Math.min(box.width, box.height)))"""
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


@pytest.fixture
def require_accessible(violations):
    """Return a function that asserts, in both schemes and widths, that axe finds nothing and that the page fits."""

    def require(page: Page) -> None:
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                assert violations(page) == [], (scheme, width)
                assert page.evaluate(FITS), (scheme, width)

    return require


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_a_page(open_page, require_accessible, site, path):
    require_accessible(open_page(site + path, **STILL))


def test_axe_finds_nothing_without_a_model(open_page, require_accessible, empty_site):
    page = open_page(empty_site, **STILL)
    expect(page.locator("pre")).to_have_text("dvc repro")
    require_accessible(page)


def test_axe_finds_nothing_on_predictions(open_page, require_accessible, site, tmp_path):
    page = open_page(site, **STILL)
    drawn = [str(drawn_file(tmp_path, kind, 9005)) for kind in ("technic", "young", "minifigure")]
    page.set_input_files("#pictures", [*drawn, str(broken_file(tmp_path))])
    expect(page.locator(".prediction:not([aria-busy])")).to_have_count(4)
    page.get_by_text("That’s wrong").first.click()
    page.get_by_text("Show what it looked at").first.click()
    expect(page.locator(".heat")).to_be_visible()
    require_accessible(page)


def test_axe_finds_nothing_while_a_card_waits(open_page, require_accessible, site, tmp_path):
    page = open_page(site, **STILL)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".prediction[aria-busy]")).to_be_visible()
    require_accessible(page)


def test_axe_finds_nothing_on_the_camera(open_page, require_accessible, site):
    page = open_page(site, **STILL, permissions=["camera"])
    page.get_by_role("button", name="Use the camera").click()
    expect(page.get_by_role("button", name="Take the picture")).to_be_enabled()
    require_accessible(page)


def test_axe_finds_nothing_on_predictions_from_the_server(open_page, require_accessible, site, tmp_path):
    page = open_page("about:blank", **STILL)
    page.route("**/static/**/*.js", lambda route: route.abort())
    page.goto(site)
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001)), str(broken_file(tmp_path))])
    page.get_by_role("button", name="Predict the theme").click()
    expect(page.locator(".prediction")).to_have_count(2)
    page.get_by_text("That’s wrong").click()
    require_accessible(page)


def test_the_page_works_with_the_keyboard(open_page, site, tmp_path):
    page = open_page(site)
    order = []
    for _ in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate(FOCUSED))
    assert order == ["Skip to the content", "Lego Themer", "About", "API", "scheme", "pictures"]
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".prediction:not([aria-busy])")).to_have_count(1)
    assert page.evaluate(FOCUSED) == "pictures"
    while page.evaluate("!document.activeElement.matches('.heat-switch')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".heat")).to_be_visible()


def test_the_focus_is_visible(open_page, site):
    page = open_page(site)
    for _ in range(7):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINE) == "3px"


def test_buttons_and_links_are_large_enough(open_page, site, tmp_path):
    page = open_page(site, viewport={"width": 360, "height": 800})
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".prediction:not([aria-busy])")).to_have_count(1)
    sizes = page.locator(".top a, .top button, .ways > .choose, .ways > button, .quiet, .switch, summary").evaluate_all(
        SIDES
    )
    assert len(sizes) >= 8 and min(sizes) >= 44
