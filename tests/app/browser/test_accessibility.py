import pytest
from playwright.sync_api import Page, expect

from tests.app.browser.pictures import broken_file, drawn_file

SCHEMES = ["light", "dark"]
WIDTHS = [360, 1280]
PAGES = ["/", "/about", "/docs", "/nothing-here"]
OUTLINE = """() => {
    const focused = document.activeElement;
    return getComputedStyle(focused.id === "pictures" ? focused.previousElementSibling : focused).outlineWidth;
}"""
SIDES = """all => all.map((one) => one.getBoundingClientRect()).filter((box) => box.width)
    .map((box) => Math.round(Math.min(box.width, box.height)))"""
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


@pytest.fixture(
    params=[(scheme, width) for scheme in SCHEMES for width in WIDTHS], ids=lambda look: f"{look[0]}-{look[1]}"
)
def look(request):
    scheme, width = request.param
    return {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "reduced_motion": "reduce"}


def fits(page: Page) -> bool:
    """Return whether nothing reaches beyond the right edge of the window."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_on_a_page(open_page, violations, site, look, path):
    page = open_page(site + path, **look)
    assert violations(page) == []
    assert fits(page)


def test_axe_finds_nothing_without_a_model(open_page, violations, empty_site, look):
    page = open_page(empty_site, **look)
    expect(page.locator("pre")).to_have_text("dvc repro")
    assert violations(page) == []
    assert fits(page)


def test_axe_finds_nothing_on_answers(open_page, violations, site, look, tmp_path):
    page = open_page(site, **look)
    drawn = [str(drawn_file(tmp_path, kind, 9005)) for kind in ("technic", "young", "minifigure")]
    page.set_input_files("#pictures", [*drawn, str(broken_file(tmp_path))])
    expect(page.locator(".answer:not([aria-busy])")).to_have_count(4)
    page.get_by_text("That’s wrong").first.click()
    page.get_by_text("Show what it looked at").first.click()
    expect(page.locator(".heat")).to_be_visible()
    assert violations(page) == []
    assert fits(page)


def test_axe_finds_nothing_while_it_works(open_page, violations, site, look, tmp_path):
    page = open_page(site, **look)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".answer[aria-busy]")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_on_the_camera(open_page, violations, site, look):
    page = open_page(site, **look, permissions=["camera"])
    page.get_by_role("button", name="Use the camera").click()
    expect(page.get_by_role("button", name="Take the picture")).to_be_enabled()
    assert violations(page) == []


def test_axe_finds_nothing_on_answers_of_the_server(open_page, violations, site, look, tmp_path):
    page = open_page("about:blank", **look)
    page.route("**/static/**/*.js", lambda route: route.abort())
    page.goto(site)
    page.set_input_files("#pictures", [str(drawn_file(tmp_path, "technic", 9001)), str(broken_file(tmp_path))])
    page.get_by_role("button", name="Name the theme").click()
    expect(page.locator(".answer")).to_have_count(2)
    page.get_by_text("That’s wrong").click()
    assert violations(page) == []
    assert fits(page)


def test_the_keyboard_is_enough(open_page, site, tmp_path):
    page = open_page(site)
    order = []
    for _ in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate(FOCUSED))
    assert order == ["Skip to the content", "Lego Themer", "About", "API", "scheme", "pictures"]
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".answer:not([aria-busy])")).to_have_count(1)
    assert page.evaluate(FOCUSED) == "pictures"
    while page.evaluate("!document.activeElement.matches('.heat-switch')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator(".heat")).to_be_visible()


def test_what_has_the_focus_is_seen(open_page, site):
    page = open_page(site)
    for _ in range(7):
        page.keyboard.press("Tab")
        styled = "let e = document.activeElement; e.id === 'pictures' ? e.previousElementSibling : e"
        outline = page.evaluate(
            f"(() => {{ {styled.replace('; e.id', '; return getComputedStyle(e.id')}).outlineWidth }})()"
        )
        assert outline == "3px"


def test_what_is_pressed_is_large_enough(open_page, site, tmp_path):
    page = open_page(site, viewport={"width": 360, "height": 800})
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".answer:not([aria-busy])")).to_have_count(1)
    sizes = page.locator(".top a, .top button, .ways > .choose, .ways > button, .quiet, .switch, summary").evaluate_all(
        SIDES
    )
    assert len(sizes) >= 8 and min(sizes) >= 44
