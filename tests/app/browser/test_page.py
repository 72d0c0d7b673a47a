import base64
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.app.browser.chromium import require_chromium
from tests.app.browser.pictures import broken_file, drawn_file
from themer.base.theme_paths import slug

PREDICTED = ".prediction:not([aria-busy])"
DROP = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    const event = (kind) => new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event("dragenter"));
    const landing = getComputedStyle(document.getElementById("landing")).visibility;
    document.body.dispatchEvent(event("drop"));
    return landing;
}"""
PASTE = """([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def technic(tmp_path: Path) -> Path:
    return drawn_file(tmp_path, "technic", 9001)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return broken_file(tmp_path)


def named(path: Path) -> list[str]:
    """Return a file's name and content, as arguments of a script."""
    return [path.name, base64.b64encode(path.read_bytes()).decode()]


def predicted(page: Page, *paths: Path) -> Page:
    """Choose files on a page and wait for their predictions."""
    page.set_input_files("#pictures", [str(path) for path in paths])
    expect(page.locator(PREDICTED)).to_have_count(len(paths))
    return page


def test_a_dropped_picture_gets_its_theme(open_page, site, technic):
    page = open_page(site)
    assert page.evaluate(DROP, named(technic)) == "visible"
    expect(page.get_by_role("heading", level=3)).to_have_text("technic")
    expect(page.locator(".confidence")).to_have_text(re.compile(r"^\w[\w ]+, \d\d\xa0%$"))
    expect(page.locator(".file")).to_have_text("technic-9001.png")
    expect(page.get_by_role("status").first).to_contain_text("technic-9001.png: technic.")


def test_the_picture_appears_before_the_prediction(open_page, site, technic):
    page = open_page(site)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", str(technic))
    card = page.locator('.prediction[aria-busy="true"]')
    expect(card.get_by_role("heading")).to_have_text("Predicting …")
    expect(card.get_by_role("img", name="technic-9001.png")).to_have_js_property("complete", True)
    assert card.locator(".picture").evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0


@pytest.fixture(scope="module")
def answer(open_shared_page, site, tmp_path_factory) -> Page:
    """A page with the prediction for one picture."""
    return predicted(open_shared_page(site), drawn_file(tmp_path_factory.mktemp("answer"), "technic", 9001))


def test_bars_are_as_long_as_the_probabilities(answer):
    values = [float(meter.get_attribute("value")) for meter in answer.locator(".bars meter").all()]
    assert len(values) == 3 and sum(values) == pytest.approx(1, abs=1e-3)
    assert values == sorted(values, reverse=True)
    assert answer.locator(".bar-theme").all_inner_texts()[0] == "technic"


def test_similar_sets_have_a_thumbnail_or_a_drawing(answer):
    cards = answer.locator(".sets .set")
    expect(cards).to_have_count(6)
    assert answer.locator(".set-picture img").count() + answer.locator(".set-picture svg").count() == 6
    similarities = [int(text.split()[0]) for text in answer.locator(".set-similarity").all_inner_texts()]
    assert similarities == sorted(similarities, reverse=True) and similarities[0] > 0


def test_the_heat_map_covers_the_picture_when_switched_on(answer):
    answer.get_by_text("Show what it looked at").click()
    heat = answer.locator(".heat")
    expect(heat).to_have_css("opacity", "1")
    assert heat.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert heat.bounding_box() == answer.locator(".frame .picture").bounding_box()
    answer.get_by_label("Strength").fill("40")
    expect(heat).to_have_css("opacity", "0.4")
    answer.get_by_text("Show what it looked at").click()
    expect(heat).to_be_hidden()


def test_a_plain_colour_is_not_sure_with_the_reason(open_page, site, tmp_path):
    Image.new("RGB", (300, 200), "orange").save(tmp_path / "orange.png")
    page = predicted(open_page(site), tmp_path / "orange.png")
    expect(page.get_by_role("heading", level=3)).to_have_text("Not sure")
    expect(page.locator(".confidence")).to_have_text(
        re.compile(r"^The picture is too far from every training picture\. Best guess: \w+, <?\xa0?\d+\xa0%\.$")
    )


def test_several_pictures_have_cards_and_a_broken_one_says_why(open_page, site, technic, broken, tmp_path):
    page = predicted(open_page(site), technic, broken, drawn_file(tmp_path, "young", 9002))
    verdicts = page.locator(".verdict").all_inner_texts()
    assert verdicts[0] == "technic" and verdicts[2] in ("young", "Not sure")
    expect(page.locator(".prediction[data-state=failed] .verdict")).to_have_text(verdicts[1])
    assert page.locator(".prediction[data-state=failed] .confidence").inner_text().endswith(".")
    texts = page.locator(".overview li").all_inner_texts()
    assert len(texts) == 3 and texts[0].startswith("technic") and texts[1] == verdicts[1]


def test_newer_pictures_are_above_older_ones(open_page, site, technic, tmp_path):
    page = predicted(open_page(site), technic)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "minifigure", 9003)))
    expect(page.locator(PREDICTED)).to_have_count(2)
    assert page.locator(".file").all_inner_texts() == ["minifigure-9003.png", "technic-9001.png"]


def test_a_picture_that_is_too_large_is_not_sent(open_page, site, tmp_path):
    (tmp_path / "large.png").write_bytes(bytes(1_000_001))
    page = open_page(site)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    predicted(page, tmp_path / "large.png")
    expect(page.locator(".verdict")).to_have_text("Too large")
    expect(page.locator(".confidence")).to_have_text("The picture has 2 MB; the limit is 1 MB. Choose a smaller one.")
    assert not [address for address in requested if "/api/" in address]


def test_a_pasted_picture_gets_its_theme(open_page, site, technic):
    page = open_page(site)
    require_chromium(page.context.browser, "a made event with pasted files")
    page.evaluate(PASTE, named(technic))
    expect(page.locator(PREDICTED)).to_have_count(1)
    expect(page.get_by_role("heading", level=3)).to_have_text("technic")


def test_a_dropped_link_is_refused_with_advice(open_page, site):
    page = open_page(site)
    page.evaluate("""() => {
        const transfer = new DataTransfer();
        transfer.setData("text/uri-list", "https://example.org/car.jpg");
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }""")
    expect(page.get_by_role("alert")).to_contain_text("That is a link, not a picture.")
    expect(page.locator(".prediction")).to_have_count(0)


def test_the_camera_takes_a_picture(open_page, site):
    page = open_page(site, permissions=["camera"])
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("dialog", name="Point the camera at the set").get_by_role(
        "button", name="Take the picture"
    ).click()
    expect(page.locator(PREDICTED)).to_have_count(1)
    expect(page.locator(".file")).to_have_text("camera.jpg")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_page_tries_again_when_the_server_is_busy(open_page, site, technic):
    page = open_page(site)
    attempts: list[int] = []

    def busy_once(route):
        attempts.append(1)
        headers = {"Retry-After": "1", "Content-Type": "application/problem+json"}
        route.continue_() if len(attempts) > 1 else route.fulfill(status=503, headers=headers, body="{}")

    page.route("**/api/predict", busy_once)
    predicted(page, technic)
    expect(page.locator(".verdict")).to_have_text("technic")
    assert len(attempts) == 2


def test_a_correction_is_stored_and_acknowledged(open_page, site, project, technic):
    page = predicted(open_page(site), technic)
    page.get_by_text("That’s wrong").click()
    expect(page.locator(".notice")).to_contain_text("data/photos/")
    page.get_by_label("Correct theme").select_option("young")
    page.get_by_role("button", name="Send the picture and the theme").click()
    expect(page.locator(".thanks")).to_contain_text("stored under young")
    expect(page.locator(".thanks")).to_be_focused()
    assert len(list((project / "data/photos" / slug("young")).iterdir())) == 1


def test_corrections_are_not_offered_when_contributions_are_off(open_page, plain_site, technic):
    page = predicted(open_page(plain_site), technic)
    expect(page.get_by_text("That’s wrong")).to_have_count(0)
    expect(page.get_by_text("Nothing is stored.")).to_have_count(1)


def test_the_colour_scheme_can_be_switched_and_is_stored(open_page, site):
    page = open_page(site, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload()
    assert page.evaluate(background) == dark
    expect(page.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")


def test_reduced_motion_stops_all_animations(open_page, site, technic):
    page = predicted(open_page(site, reduced_motion="reduce"), technic)
    assert page.evaluate("document.getAnimations().length") == 0


def test_nothing_is_loaded_from_other_sites(open_page, site, technic):
    page = open_page(site)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    for path in ("/", "/about", "/docs"):
        page.goto(site + path)
    predicted(page.goto(site) and page, technic)
    assert len(requested) > 10
    assert [address for address in requested if not address.startswith((site, "blob:", "data:"))] == []
