import signal
import subprocess
import sys

import psutil
import pytest

from themer.base.errors import UserError
from themer.base.params import Source
from themer.catalogue.sources import brick_insights_picture, located, opened, rebrickable_picture

LIVE = Source(brick_insights="https://brickinsights.com/", rebrickable="https://cdn.rebrickable.com")
MIRROR = Source(brick_insights="{url}", rebrickable="{url}/rebrickable", command=["python", "-m", "sample"])


def command(script: str) -> Source:
    return Source(rebrickable="{url}", command=["python", "-c", script])


def children() -> set[int]:
    """Return the child processes. Other tests may have left some, such as a browser's driver."""
    return {process.pid for process in psutil.Process().children()}


def test_a_source_without_command_keeps_its_address():
    with opened(LIVE) as address:
        assert located(f"{LIVE.brick_insights}/a.jpg", address) == "https://brickinsights.com/a.jpg"


def test_a_command_runs_until_the_block_ends():
    before = children()
    with opened(command("print('serving on http://127.0.0.1:4711/'); input()")) as address:
        assert located("{url}/a.jpg", address) == "http://127.0.0.1:4711/a.jpg"
        started = children() - before
        assert started
    assert not started & children()


def test_a_command_notices_that_its_parent_was_killed(tmp_path):
    """The command's standard input ends with its parent, even if this is killed."""
    ended = tmp_path / "ended"
    serve = f"import sys; print('http://127.0.0.1:1', flush=True); sys.stdin.read(); open({str(ended)!r}, 'w')"
    script = f"""
import os, signal
from themer.base.params import Source
from themer.catalogue.sources import opened
with opened(Source(rebrickable="{{url}}", command=["python", "-c", {serve!r}])):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE)
    # The command inherits standard error, so the pipe closes only when both processes have ended.
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert ended.exists()


def test_a_command_that_prints_no_address_is_quoted():
    with pytest.raises(UserError, match="it printed 'hello'"), opened(command("print('hello')")):
        pass


def test_a_missing_command_is_named():
    with (
        pytest.raises(UserError, match="'no-such-program' can't be started"),
        opened(Source(rebrickable="{url}", command=["no-such-program"])),
    ):
        pass


def test_picture_paths_are_on_the_site_of_the_source():
    assert brick_insights_picture(LIVE, "/crop/x.jpg") == "https://brickinsights.com/crop/x.jpg"
    assert brick_insights_picture(LIVE, "https://images.example/x.jpg") == "https://images.example/x.jpg"


def test_a_mirror_serves_rebrickables_pictures():
    picture = "https://cdn.rebrickable.com/media/sets/1-1.jpg"
    assert rebrickable_picture(LIVE, picture) == picture
    assert rebrickable_picture(MIRROR, picture) == "{url}/rebrickable/media/sets/1-1.jpg"
    assert rebrickable_picture(MIRROR, "https://elsewhere.example/1.jpg") == "https://elsewhere.example/1.jpg"


@pytest.mark.parametrize("form", ["//", "http://", "HTTPS://"])
def test_the_address_of_a_picture_may_lack_its_scheme_or_have_another(form):
    assert rebrickable_picture(MIRROR, f"{form}cdn.rebrickable.com/1.jpg") == "{url}/rebrickable/1.jpg"
    assert brick_insights_picture(LIVE, f"{form}a.example/1.jpg").lower().endswith("://a.example/1.jpg")
    assert brick_insights_picture(LIVE, f"{form}a.example/1.jpg").lower().startswith("http")


@pytest.mark.parametrize(
    ("end", "encoded"), [("a b.jpg", "a%20b.jpg"), ("a\r\n.jpg ", "a%0D%0A.jpg"), ("\ud800", "%3F")]
)
def test_the_address_of_a_picture_fits_on_one_line(end, encoded):
    assert brick_insights_picture(LIVE, f"/crop/{end}") == f"https://brickinsights.com/crop/{encoded}"
    assert rebrickable_picture(LIVE, f"https://cdn.rebrickable.com/{end}") == f"https://cdn.rebrickable.com/{encoded}"
