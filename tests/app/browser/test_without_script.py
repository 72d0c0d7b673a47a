import pytest
from playwright.sync_api import expect

from tests.app.browser.pictures import broken_file, drawn_file


@pytest.fixture
def plain(open_page, site):
    return open_page(site, java_script_enabled=False)


def test_the_plain_form_shows_the_prediction(plain, tmp_path):
    plain.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    plain.get_by_role("button", name="Predict the theme").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("Prediction")
    expect(plain.get_by_role("heading", level=2)).to_have_text("technic")
    expect(plain.locator(".set")).to_have_count(6)
    assert plain.locator(".bars meter").count() == 3
    assert plain.locator(".picture").get_attribute("src").startswith("data:image/jpeg")


def test_the_plain_form_works_at_an_address_for_which_browsers_send_no_fetch_metadata(open_page, site, tmp_path):
    # Unlike 127.0.0.1, and like a name in a local network, this address is not trusted without https.
    page = open_page(site.replace("127.0.0.1", "0.0.0.0"), java_script_enabled=False)
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    page.get_by_role("button", name="Predict the theme").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prediction")


def test_the_heat_map_can_be_switched_on(plain, tmp_path):
    plain.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    plain.get_by_role("button", name="Predict the theme").click()
    expect(plain.locator(".heat")).to_be_hidden()
    plain.get_by_text("Show what it looked at").click()
    expect(plain.locator(".heat")).to_be_visible()


def test_a_broken_picture_says_why_beside_the_others(plain, tmp_path):
    good = drawn_file(tmp_path, "technic", 9001)
    plain.set_input_files("#pictures", [str(broken_file(tmp_path)), str(good)])
    plain.get_by_role("button", name="Predict the theme").click()
    expect(plain.locator(".prediction")).to_have_count(2)
    expect(plain.locator(".prediction[data-state=failed] .file")).to_have_text("broken.jpg")
    expect(plain.locator(".verdict").nth(1)).to_have_text("technic")


@pytest.fixture(scope="module")
def untouched(open_shared_page, site):
    """A page whose form several tests read and none sends."""
    return open_shared_page(site, java_script_enabled=False)


@pytest.mark.parametrize("width", [320, 412])
def test_no_word_is_cut_off_on_a_phone(untouched, width):
    untouched.set_viewport_size({"width": width, "height": 800})
    assert untouched.evaluate(
        "document.querySelector('.intake').scrollWidth <= document.querySelector('.intake').clientWidth"
    )


def test_features_that_need_a_script_are_not_offered(untouched):
    untouched.set_viewport_size({"width": 1280, "height": 720})
    for name in ("Use the camera", "Dark colours"):
        expect(untouched.get_by_role("button", name=name)).to_have_count(0)
    expect(untouched.get_by_text("Choose pictures")).to_be_hidden()


def test_a_form_without_a_picture_shows_the_problem(plain):
    plain.locator("#pictures").evaluate("input => input.removeAttribute('required')")
    plain.get_by_role("button", name="Predict the theme").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("No picture")
    expect(plain.get_by_role("link", name="Back to the page")).to_be_visible()
