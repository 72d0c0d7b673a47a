"""What the operator may set: LEGO_THEMER_... in the environment, or the options of python -m app."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.pictures import Limits

MEGABYTE = 1_000_000


class Settings(BaseSettings):
    """Where the project lies, what is let in, and how much of it.

    A picture waits in a queue for the model: `waiting_pictures` at most, in batches of at most `pictures_per_batch`.
    """

    model_config = SettingsConfigDict(env_prefix="LEGO_THEMER_", frozen=True, extra="forbid")

    root: Path = Field(default=Path(), description="the project's folder, with models/, metrics/, plots/ and data/")
    contributions: bool = Field(default=False, description="keep pictures whose theme a visitor corrects, as photos")
    maximum_files: int = Field(default=10, ge=1, description="pictures in a request")
    maximum_megabytes: int = Field(default=10, ge=1, description="size of a picture")
    maximum_pixels: int = Field(default=50_000_000, ge=1, description="in a JPEG; half of it in others")
    requests_per_minute: int = Field(default=120, ge=0, description="uploads that a client may send; 0: any number")
    waiting_pictures: int = Field(default=64, ge=1, description="pictures that may wait for the model")
    pictures_per_batch: int = Field(default=8, ge=1, description="waiting pictures that are taken together")
    batches_at_once: int = Field(default=2, ge=1, description="batches that are answered at a time")
    timeout_seconds: float = Field(default=20, gt=0, description="how long a request may wait for the model")
    contributions_per_hour: int = Field(default=20, ge=1, description="pictures that a client may contribute")
    contributed_megabytes: int = Field(default=500, ge=1, description="size of all photos, from which on none is kept")

    @property
    def limits(self) -> Limits:
        """What a picture may be at most."""
        return Limits(maximum_bytes=self.maximum_megabytes * MEGABYTE, maximum_pixels=self.maximum_pixels)

    @property
    def maximum_request_bytes(self) -> int:
        """What a request may have at most: fewer bytes than as many of the largest pictures would."""
        return 3 * self.maximum_megabytes * MEGABYTE

    @property
    def model(self) -> Path:
        """The file of the model that is served."""
        return self.root / "models" / "classifier.tflite"

    @property
    def index(self) -> Path:
        """The folder of the index of features."""
        return self.root / "models" / "index"

    @property
    def thumbnails(self) -> Path:
        """The folder of the sets' pictures."""
        return self.root / "data" / "thumbnails"

    @property
    def photos(self) -> Path:
        """The folder of the user's own photos, which contributions join."""
        return self.root / "data" / "photos"
