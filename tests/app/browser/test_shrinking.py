"""What is sent: as much of a picture as the model can use."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.app.browser.pictures import drawn_file, photo_file
from tests.drawn_sets import drawn_set

PREDICTED = ".prediction:not([aria-busy])"
SIZE = "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])"
CORNER = """async (image) => {
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.getContext("2d").drawImage(image, 0, 0);
    return [...canvas.getContext("2d").getImageData(2, 2, 1, 1).data];
}"""


@pytest.fixture
def sent(open_page, site):
    """Return a function that has a picture predicted, and returns the page and the bytes of each upload."""

    def choose(path):
        page, uploads = open_page(site), []
        page.on("requestfinished", lambda request: uploads.append(request) if "/api/" in request.url else None)
        page.set_input_files("#pictures", str(path))
        expect(page.locator(PREDICTED)).to_have_count(1, timeout=20_000)
        page.get_by_text("Show what it looked at").click()
        expect(page.locator(".heat")).to_be_visible()
        return page, [int(request.all_headers()["content-length"]) for request in uploads]

    return choose


def test_a_photo_beyond_the_limit_is_sent_small_for_the_prediction_and_for_the_heat_map(sent, tmp_path):
    path = photo_file(tmp_path)
    page, sizes = sent(path)
    assert path.stat().st_size > 1_500_000
    assert len(sizes) == 2 and max(sizes) < path.stat().st_size / 8
    expect(page.locator(".verdict")).to_have_text("technic")
    assert page.locator(".picture").evaluate(SIZE) == [1024, 683]


def test_a_photo_that_is_stored_on_its_side_is_sent_upright(sent, tmp_path):
    page, _ = sent(photo_file(tmp_path, turned=True))
    assert page.locator(".picture").evaluate(SIZE) == [1024, 683]
    expect(page.locator(".verdict")).to_have_text("technic")


def test_a_small_picture_is_sent_as_it_is(sent, tmp_path):
    path = drawn_file(tmp_path, "technic", 9001)
    _, sizes = sent(path)
    assert len(sizes) == 2 and all(path.stat().st_size < size < path.stat().st_size + 400 for size in sizes)


@pytest.mark.parametrize("size", [(6000, 5000), (31_000, 20)])
def test_few_bytes_of_more_pixels_than_the_server_takes_are_sent_small(sent, tmp_path, size):
    Image.new("1", size, 1).save(tmp_path / "plan.png")
    page, _ = sent(tmp_path / "plan.png")
    assert (tmp_path / "plan.png").stat().st_size < 20_000
    assert max(page.locator(".picture").evaluate(SIZE)) == 1024


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_gets_the_models_fill_colour(sent, tmp_path, kind):
    noise = Image.effect_noise((900, 900), 80)
    picture = Image.merge("RGBA", (noise, noise, noise, noise.point(lambda value: 0)))
    picture.paste(drawn_set("technic", 9001).resize((600, 400)), (150, 250))
    picture.save(tmp_path / "clear.img", kind, **({"lossless": True, "exact": True} if kind == "WEBP" else {}))
    page, _ = sent(tmp_path / "clear.img")
    assert min(page.locator(".picture").evaluate(CORNER)) > 245


def test_a_format_that_only_the_browser_reads_gets_its_theme(sent, tmp_path):
    drawn_set("technic", 9001).save(tmp_path / "set.avif")
    page, _ = sent(tmp_path / "set.avif")
    expect(page.locator(".verdict")).to_have_text("technic")
    expect(page.locator(".file")).to_have_text("set.avif")
