"""From uploaded bytes to what the page and the API say of a picture."""

import base64
import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from app.answers import described
from app.batching import Batcher, QueueFull
from app.heat import coloured
from app.pictures import PictureError, open_picture
from app.problems import Problem, busy, not_readable
from app.settings import Settings
from themer.pictures import encode_png, frame, set_of
from themer.predictor import PictureAnswer, Predictor

PREVIEW_PIXELS = 400


@dataclass(frozen=True)
class Upload:
    """A file that was sent: the name that the client gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Job:
    """Padded pixels for the model, uint8 [size, size, 3], and whether to show where their theme is seen."""

    pixels: np.ndarray
    heat_map: bool


@dataclass(frozen=True)
class Seen:
    """What the model said of one picture; heat is float32 [size, size], 0..1."""

    answer: PictureAnswer
    heat: np.ndarray | None


@dataclass(frozen=True)
class Prepared:
    """A picture that could be read: its pixels for the model, its own size, and a small copy if one was asked for."""

    pixels: np.ndarray
    size: tuple[int, int]
    preview: str | None


class Recognizer:
    """Answers uploads with one model, for which they wait in a bounded queue."""

    def __init__(self, predictor: Predictor, settings: Settings) -> None:
        self.predictor, self._settings = predictor, settings
        self._decoding = threading.Lock()
        # Of those that there are: to look for them again with each answer takes longer than all else in it.
        self._thumbnails = {set_of(path): f"/sets/{path.name}" for path in settings.thumbnails.glob("*.jpg")}
        # The first picture takes a model long: here it is nobody's.
        side = predictor.description.size
        self._see([Job(np.zeros((side, side, 3), np.uint8), heat_map=False)])
        self._queue = Batcher(
            self._see, settings.pictures_per_batch, settings.waiting_pictures, settings.batches_at_once
        )

    def answer(self, uploads: Sequence[Upload], heat_map: bool, preview: bool = False) -> list[dict[str, Any]]:
        """Return what there is to say of each upload: the answer, or {"file", "error"} for what is no picture.

        Raises:
            Problem: too many pictures wait already, or they waited too long.
        """
        prepared = [self._prepare(upload, preview) for upload in uploads]
        readable = [one for one in prepared if isinstance(one, Prepared)]
        seen = iter(self._wait_for([Job(one.pixels, heat_map) for one in readable]) if readable else [])
        return [
            {"file": upload.name, "error": one.as_dict()}
            if isinstance(one, Problem)
            else {"file": upload.name, **self._described(next(seen), one)}
            for upload, one in zip(uploads, prepared, strict=True)
        ]

    def _prepare(self, upload: Upload, preview: bool) -> Prepared | Problem:
        """Return the picture for the model, or why it is none."""
        try:
            picture = self.read(upload)
        except PictureError as error:
            return not_readable(error)
        small = data_url(_jpeg_preview(picture), "image/jpeg") if preview else None
        return Prepared(self.predictor.prepare(picture), picture.size, small)

    def read(self, upload: Upload) -> Image.Image:
        """Return the picture that was uploaded, one at a time, which bounds the memory; raise PictureError if none."""
        with self._decoding:
            return open_picture(upload.content, self._settings.limits)

    def _wait_for(self, jobs: Sequence[Job]) -> list[Seen]:
        """Return what the model says of each job."""
        try:
            return self._queue.answers(jobs, self._settings.timeout_seconds)
        except QueueFull:
            raise busy() from None
        except TimeoutError:
            raise busy("The answer took too long. Try again in a moment.") from None

    def waiting(self) -> int:
        """Return how many pictures wait for the model."""
        return len(self._queue)

    def _see(self, jobs: Sequence[Job]) -> list[Seen]:
        """Return what the model says of a batch."""
        answers = self.predictor.answers(np.stack([job.pixels for job in jobs]))
        return [
            Seen(answer, self.predictor.heat_map(job.pixels, shown_theme(answer)) if job.heat_map else None)
            for job, answer in zip(jobs, answers, strict=True)
        ]

    def _described(self, seen: Seen, prepared: Prepared) -> dict[str, Any]:
        """Return what the API says of a picture."""
        found = described(seen.answer)
        for near in found["similar"]:
            near["thumbnail"] = self._thumbnails.get(near["set_id"])
        if seen.heat is not None:
            found["heatmap"] = data_url(encode_png(_overlay(seen.heat, prepared.size)), "image/png")
        if prepared.preview is not None:
            found["picture"] = prepared.preview
        return found


def shown_theme(answer: PictureAnswer) -> str:
    """Return the most probable label, which a heat-map explains."""
    return next(iter(answer.probabilities))


def data_url(content: bytes, media_type: str) -> str:
    """Return bytes as a data URL."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _overlay(heat: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """Return a heat-map in colours, cut to where a picture of this width and height lies in the padded square."""
    left, top, width, height = frame(size, heat.shape[0])
    return coloured(heat[top : top + height, left : left + width])


def _jpeg_preview(picture: Image.Image) -> bytes:
    """Return a small copy of a picture as JPEG."""
    small, buffer = picture.copy(), io.BytesIO()
    small.thumbnail((PREVIEW_PIXELS, PREVIEW_PIXELS))
    small.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
