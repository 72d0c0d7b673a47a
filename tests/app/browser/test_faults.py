"""Slow and broken connections, servers that restart, and files that can't be read."""

import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from app import create_app
from app.settings import Settings
from tests.app.browser.chromium import developer_tools, require_chromium
from tests.app.browser.pictures import drawn_file
from tests.app.servers import port_of, running

PREDICTED = ".prediction:not([aria-busy])"
SLOW = {"offline": False, "latency": 20, "downloadThroughput": 1e6, "uploadThroughput": 60_000}


@pytest.fixture
def technic(tmp_path):
    return drawn_file(tmp_path, "technic", 9001)


@pytest.fixture
def held(open_page, site, technic):
    """A page whose server does not respond to the picture it was given."""
    page = open_page(site)
    page.route("**/api/predict", lambda route: None)
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(".confidence")).to_have_text("Sending, 0 %")
    return page


def test_a_card_shows_how_much_has_been_sent(open_page, site, tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (200, 240, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    page = open_page(site)
    developer_tools(page).send("Network.emulateNetworkConditions", SLOW)
    page.set_input_files("#pictures", str(tmp_path / "noise.png"))
    expect(page.locator(".confidence")).to_have_text(re.compile(r"^Sending, \d+\xa0%$"))
    expect(page.get_by_role("progressbar")).to_have_attribute("value", re.compile(r"^0\.\d+$"))
    expect(page.locator(PREDICTED)).to_have_count(1)
    expect(page.get_by_role("progressbar")).to_have_count(0)


def test_a_picture_can_be_cancelled_and_tried_again(held):
    held.get_by_role("button", name="Cancel", exact=True).click()
    expect(held.locator(".verdict")).to_have_text("Cancelled")
    expect(held.locator(".verdict")).to_be_focused()
    held.unroute("**/api/predict")
    held.get_by_role("button", name="Try again").click()
    expect(held.locator(".verdict")).to_have_text("technic")
    expect(held.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)


def test_one_that_is_cancelled_and_tried_again_while_it_waits_is_predicted_once(held, tmp_path):
    more = [str(drawn_file(tmp_path, "young", number)) for number in range(3)]
    held.set_input_files("#pictures", more)
    last = held.locator(".prediction", has_text="young-2.png")
    last.get_by_role("button", name="Cancel", exact=True).click()
    last.get_by_role("button", name="Try again").click()
    held.unroute("**/api/predict")
    expect(last.locator(".verdict")).to_have_text("young")
    held.set_input_files("#pictures", str(tmp_path / "technic-9001.png"))
    expect(held.locator("[aria-busy]")).to_have_count(0)


def test_a_heat_map_that_was_switched_on_twice_can_be_switched_off(open_page, site, technic):
    page = open_page(site)
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(PREDICTED)).to_have_count(1)
    developer_tools(page).send("Network.emulateNetworkConditions", SLOW | {"latency": 500})
    switch = page.get_by_role("switch")
    for _ in range(3):
        switch.click(force=True)
    expect(page.locator(".heat")).to_have_count(1)
    switch.click(force=True)
    expect(page.locator(".heat")).to_have_css("opacity", "0")


def test_offline_it_waits_and_then_goes_on_by_itself(open_page, site, technic):
    page = open_page(site)
    require_chromium(page.context.browser, "being offline")
    page.context.set_offline(True)
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(".confidence")).to_contain_text("You are offline.")
    page.context.set_offline(False)
    expect(page.locator(".verdict")).to_have_text("technic")


def test_it_goes_on_by_itself_after_a_restart_of_the_server(open_page, project, technic):
    with running(create_app(Settings(root=project))) as server:
        port = port_of(server)
        page = open_page(f"http://127.0.0.1:{port}")
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(".confidence")).to_contain_text("The server does not respond. Trying again in")
    with running(create_app(Settings(root=project)), port):
        expect(page.locator(".verdict")).to_have_text("technic")


def test_an_error_of_the_server_says_so_and_can_be_tried_again(open_page, site, technic):
    page = open_page(site)
    page.route("**/api/predict", lambda route: route.fulfill(status=500, body="<h1>Oops</h1>"))
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(".confidence")).to_have_text("The server responded with status 500.")
    page.unroute("**/api/predict")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".verdict")).to_have_text("technic")


def test_a_response_of_another_server_is_a_problem_and_the_queue_goes_on(open_page, site, technic):
    page = open_page(site)
    page.route("**/api/predict", lambda route: route.fulfill(body="<h1>Sign in</h1>"), times=2)
    page.set_input_files("#pictures", [str(technic)] * 3)
    expect(page.locator(PREDICTED)).to_have_count(3)
    expect(page.locator('[data-state="failed"] .verdict')).to_have_text(["Something went wrong"] * 2)


def test_a_problem_of_a_single_file_is_shown_on_its_card(open_page, site, technic):
    page = open_page(site)
    problem = {"type": "/docs#broken-picture", "title": "Broken picture", "status": 422, "detail": "It is cut off."}
    page.route("**/api/predict", lambda route: route.fulfill(json=[{"file": "technic-9001.png", "problem": problem}]))
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(".verdict")).to_have_text("Broken picture")
    expect(page.locator(".confidence")).to_have_text("It is cut off.")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_file_that_has_gone_is_told_from_a_network_that_has(held, technic, tmp_path):
    gone = drawn_file(tmp_path, "young", 9002)
    held.set_input_files("#pictures", [str(technic), str(gone)])
    gone.unlink()
    held.get_by_role("button", name="Cancel", exact=True).first.click()
    expect(held.locator(".prediction", has_text="young-9002.png").locator(".verdict")).to_have_text("File not readable")


def test_the_consent_stays_when_a_correction_fails(open_page, site, technic):
    page = open_page(site)
    page.set_input_files("#pictures", str(technic))
    expect(page.locator(PREDICTED)).to_have_count(1)
    problem = {"title": "No room", "detail": "The folder is full."}
    page.route("**/api/contribute", lambda route: route.fulfill(status=507, json=problem))
    page.get_by_text("That’s wrong").click()
    page.get_by_label("Correct theme").select_option("young")
    page.get_by_role("button", name="Send the picture and the theme").click()
    expect(page.get_by_role("alert").filter(has_text="No room: The folder is full.")).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("data/photos/")
