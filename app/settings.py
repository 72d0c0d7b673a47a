"""The operator's settings: LEGO_THEMER_... in the environment, or options of `python -m app`."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.incoming.picture_file import Limits
from stages import paths

MEGABYTE = 1_000_000
ORIGIN = r"https?://[^/,\s]+"


class Settings(BaseSettings):
    """Where the project is, and the limits for clients.

    `allow_origin` is "*" or origins, separated by commas.
    Pictures wait for the model in a queue of at most `waiting_pictures`. The model takes batches of at most
    `pictures_per_batch` from it.
    """

    model_config = SettingsConfigDict(env_prefix="LEGO_THEMER_", frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on; 0.0.0.0: all of them")
    port: int = Field(default=8000, ge=0, le=65_535, description="port to listen on; 0: any free one")
    url_prefix: str = Field(
        default="", pattern=r"^(/[\w.~-]+)*$", description="path at which a proxy offers the page, such as /themer"
    )
    allow_origin: str = Field(
        default="",
        pattern=rf"^(\*|{ORIGIN}(,{ORIGIN})*)?$",
        description="list of origins whose pages may predict, such as https://a.example,https://b.example, or *",
    )
    root: Path = Field(
        default=Path(), description="the project's folder, with models/, metrics/, plots/, data/ and dvc.lock"
    )
    model: Path = Field(
        default=paths.model.parent, description="the folder of the model and its index, in root or anywhere"
    )
    contributions: bool = Field(default=False, description="keep the pictures whose theme visitors correct, as photos")
    maximum_files: int = Field(default=10, ge=1, description="pictures per request")
    maximum_megabytes: int = Field(default=10, ge=1, description="size of a picture")
    maximum_pixels: int = Field(default=50_000_000, ge=1, description="pixels of a JPEG; half of it for other formats")
    requests_per_minute: int = Field(default=120, ge=0, description="upload requests per client; 0: no limit")
    waiting_pictures: int = Field(default=64, ge=1, description="pictures that may wait for the model")
    pictures_per_batch: int = Field(default=8, ge=1, description="waiting pictures per batch")
    batches_at_once: int = Field(default=2, ge=1, description="batches that run at the same time")
    timeout_seconds: float = Field(default=20, gt=0, description="how long a request may wait for the model")
    contributions_per_hour: int = Field(default=20, ge=1, description="contributed pictures per client")
    contributed_megabytes: int = Field(default=500, ge=1, description="size of all photos; no more are kept beyond it")

    @property
    def allowed_origins(self) -> list[str]:
        """The origins, such as https://example.org, whose pages may predict; "*" for any."""
        return self.allow_origin.split(",") if self.allow_origin else []

    @property
    def limits(self) -> Limits:
        """The limits for a picture."""
        return Limits(maximum_bytes=self.maximum_megabytes * MEGABYTE, maximum_pixels=self.maximum_pixels)

    @property
    def maximum_request_bytes(self) -> int:
        """The limit for a request: less than `maximum_files` pictures of the largest size."""
        return 3 * self.maximum_megabytes * MEGABYTE

    @property
    def model_file(self) -> Path:
        """The file of the served model, which `model` may name itself."""
        named = self.root / self.model
        return named if named.suffix == paths.model.suffix else named / paths.model.name

    @property
    def index(self) -> Path:
        """The folder of the served model's index."""
        return self.model_file.parent / paths.index.name

    @property
    def thumbnails(self) -> Path:
        """The folder of the sets' pictures."""
        return self.root / paths.thumbnails

    @property
    def photos(self) -> Path:
        """The folder of the user's own photos, to which contributions are added."""
        return self.root / paths.photos
