"""What Playwright can do in Chromium only, and not in an unchanged Firefox."""

import pytest
from playwright.sync_api import Browser, CDPSession, Page

# Options of a page that it ignores in Firefox, or that Firefox does not know.
OPTIONS = {"forced_colors", "has_touch", "java_script_enabled", "reduced_motion"}


def require_chromium(browser: Browser, what: str) -> None:
    """Skip the test in another browser, since it needs what is named."""
    if browser.browser_type.name != "chromium":
        pytest.skip(f"Playwright has this in Chromium only: {what}")


def developer_tools(page: Page) -> CDPSession:
    """Return a session of the developer tools of a page."""
    require_chromium(page.context.browser, "developer tools")
    return page.context.new_cdp_session(page)
