"""From uploads to predictions with heat-maps as overlays, through a bounded queue in front of one model."""

import base64
import io
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from app.incoming.form import Upload
from app.incoming.picture_file import open_picture
from app.problem import Problem, busy
from app.recognition.as_json import TOP_THEMES, as_json, best_label
from app.recognition.batching import Batcher, QueueFull
from app.settings import Settings
from themer.answering.predictor import Prediction, Predictor
from themer.pictures.files import set_of
from themer.pictures.images import Box, content_box, encode_png, frame

PREVIEW_PIXELS = 400

# Heat-maps: from transparent through violet and orange to yellow. Lightness rises, so they also work in greyscale.
STOPS = (0.0, 0.25, 0.5, 0.75, 1.0)
COLOURS = ((40, 10, 90), (120, 28, 109), (200, 60, 70), (245, 130, 30), (252, 240, 110))
LARGEST_OPACITY = 0.8


@dataclass(frozen=True)
class Job:
    """Model input, uint8 [size, size, 3], and whether to compute a heat-map."""

    pixels: np.ndarray
    heat_map: bool


@dataclass(frozen=True)
class Outcome:
    """The prediction for one picture, and its heat-map, float32 [size, size], 0..1, if requested."""

    prediction: Prediction
    heat: np.ndarray | None


@dataclass(frozen=True)
class Prepared:
    """A decoded picture: model input, its width and height, and if requested its content's box and a small copy.

    A heat-map covers the box. The copy is a data URL.
    """

    pixels: np.ndarray
    size: tuple[int, int]
    content: Box | None
    preview: str | None


class Recognizer:
    """Predicts for uploads with one model. Several threads may use it at once."""

    def __init__(self, predictor: Predictor, settings: Settings) -> None:
        self.predictor, self._settings = predictor, settings
        self._decoding = threading.Lock()
        # Listed once: checking the disk for each prediction would take longer than everything else in it.
        self._thumbnails = {set_of(path): f"/sets/{path.name}" for path in settings.thumbnails.glob("*.jpg")}
        # The model's first picture takes long. This one spares the first client the wait.
        side = predictor.description.size
        self._run([Job(np.zeros((side, side, 3), np.uint8), heat_map=False)])
        self._queue = Batcher(
            self._run, settings.pictures_per_batch, settings.waiting_pictures, settings.batches_at_once
        )

    def predict(
        self, uploads: Sequence[Upload], heat_map: bool, preview: bool = False, top: int = TOP_THEMES
    ) -> list[dict[str, Any] | Problem]:
        """Return for each upload its prediction as JSON values, or the problem with its file.

        Args:
            uploads: the files, at most `maximum_files`.
            heat_map: add a heat-map as a PNG data URL, "heatmap".
            preview: add a small copy of the picture as a JPEG data URL, "picture".
            top: the number of most probable themes.

        Raises:
            Problem: too many pictures are waiting already, or these waited too long.
        """
        prepared = [self._prepare(upload, heat_map, preview) for upload in uploads]
        readable = [one for one in prepared if isinstance(one, Prepared)]
        outcomes = iter(self._wait_for([Job(one.pixels, heat_map) for one in readable]) if readable else [])
        return [one if isinstance(one, Problem) else self._described(next(outcomes), one, top) for one in prepared]

    def read(self, upload: Upload) -> Image.Image:
        """Return an uploaded picture; raise Problem for anything else. One at a time, to bound the memory."""
        if upload.problem:
            raise upload.problem
        with self._decoding:
            return open_picture(upload.content, self._settings.limits, self.predictor.description.fill)

    def waiting(self) -> int:
        """Return the number of pictures that wait for the model."""
        return len(self._queue)

    def _prepare(self, upload: Upload, heat_map: bool, preview: bool) -> Prepared | Problem:
        """Return an upload ready for the model, or the problem with its file."""
        try:
            picture = self.read(upload)
        except Problem as problem:
            return problem
        small = data_url(_jpeg_preview(picture), "image/jpeg") if preview else None
        content = content_box(picture) if heat_map else None
        return Prepared(self.predictor.prepare(picture), picture.size, content, small)

    def _wait_for(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Return the outcome of each job; raise Problem if the queue is full or too slow."""
        try:
            return self._queue.results(jobs, self._settings.timeout_seconds)
        except QueueFull:
            raise busy() from None
        except TimeoutError:
            raise busy("The prediction took too long. Try again in a moment.") from None

    def _run(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Run the model on a batch."""
        predictions = self.predictor.predict_batch(np.stack([job.pixels for job in jobs]))
        return [
            Outcome(one, self.predictor.heat_map(job.pixels, best_label(one)) if job.heat_map else None)
            for job, one in zip(jobs, predictions, strict=True)
        ]

    def _described(self, outcome: Outcome, prepared: Prepared, top: int) -> dict[str, Any]:
        """Return an outcome as JSON values, with thumbnails and what else was requested."""
        found = as_json(outcome.prediction, top)
        for near in found["similar"]:
            near["thumbnail"] = self._thumbnails.get(near["set_id"])
        if outcome.heat is not None and prepared.content is not None:
            overlay = _overlay(outcome.heat, prepared.size, prepared.content)
            found["heatmap"] = data_url(encode_png(overlay), "image/png")
        if prepared.preview is not None:
            found["picture"] = prepared.preview
        return found


def data_url(content: bytes, media_type: str) -> str:
    """Return bytes as a data URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _overlay(heat: np.ndarray, size: tuple[int, int], content: Box) -> Image.Image:
    """Return a coloured heat-map for a picture of this width and height, transparent outside the content."""
    left, top, right, bottom = content
    inner_left, inner_top, width, height = frame((right - left, bottom - top), len(heat))
    coloured = _coloured(heat[inner_top : inner_top + height, inner_left : inner_left + width])
    overlay = Image.new("RGBA", frame(size, len(heat))[2:])
    # From the picture's pixels to the overlay's.
    across, down = overlay.width / size[0], overlay.height / size[1]
    place = int(left * across), int(top * down), math.ceil(right * across), math.ceil(bottom * down)
    overlay.paste(coloured.resize((place[2] - place[0], place[3] - place[1])), place)
    return overlay


def _coloured(heat: np.ndarray) -> Image.Image:
    """Return heat, float [height, width] within 0..1, as an RGBA picture; the hotter, the more opaque."""
    channels = [np.interp(heat, STOPS, values) for values in zip(*COLOURS, strict=True)]
    layers = np.stack([*channels, 255 * LARGEST_OPACITY * heat], axis=-1)
    return Image.fromarray(np.rint(layers).astype(np.uint8), "RGBA")


def _jpeg_preview(picture: Image.Image) -> bytes:
    """Return a small copy of a picture as JPEG."""
    small, buffer = picture.copy(), io.BytesIO()
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    small.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
