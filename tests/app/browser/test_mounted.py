from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from app import create_app
from app.settings import Settings
from tests.app.browser.pictures import drawn_file
from tests.app.servers import port_of, running


@pytest.fixture
def mounted(project) -> Iterator[str]:
    """The address of a server below a path."""
    app = create_app(Settings(root=project, contributions=True, requests_per_minute=0))
    with running(app, url_prefix="/lego/themer") as server:
        yield f"http://127.0.0.1:{port_of(server)}/lego/themer/"


def test_the_page_works_below_a_path(open_page, mounted, tmp_path):
    page = open_page(mounted)
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    page.set_input_files("#pictures", str(drawn_file(tmp_path, "technic", 9001)))
    expect(page.locator(".prediction .verdict")).to_have_text("technic")
    expect(page.locator(".set img").first).to_be_visible()
    assert page.locator(".set img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("link", name="About").click()
    expect(page).to_have_url(f"{mounted}about")
    assert [one for one in requested if not one.startswith((mounted, "blob:", "data:"))] == []
