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

    root: Path = Field(Path(), description="the project's folder, with models/, metrics/, plots/ and data/")
    contributions: bool = Field(False, description="keep pictures whose theme a visitor corrects, in data/photos/")
    maximum_files: int = Field(10, ge=1, description="pictures in a request")
    maximum_megabytes: int = Field(10, ge=1, description="size of a picture")
    maximum_pixels: int = Field(50_000_000, ge=1, description="width times height of a picture")
    requests_per_minute: int = Field(120, ge=0, description="uploads that a client may send; 0: any number")
    waiting_pictures: int = Field(64, ge=1, description="pictures that may wait for the model before others get a 503")
    pictures_per_batch: int = Field(8, ge=1, description="pictures that the model sees at once")
    timeout_seconds: float = Field(20, gt=0, description="how long a request may wait for the model")
    contributions_per_hour: int = Field(20, ge=1, description="pictures that a client may contribute in an hour")
    contributed_megabytes: int = Field(500, ge=1, description="size of all pictures in data/photos/")

    @property
    def limits(self) -> Limits:
        """What a picture may be at most."""
        return Limits(maximum_bytes=self.maximum_megabytes * MEGABYTE, maximum_pixels=self.maximum_pixels)

    @property
    def maximum_request_bytes(self) -> int:
        """What a request may be at most: pictures of the largest size, but not as many of these."""
        return 3 * self.maximum_megabytes * MEGABYTE

    @property
    def model(self) -> Path:
        """The file of the model that is served."""
        return self.root / "models" / "classifier.tflite"

    @property
    def index(self) -> Path:
        """The folder of the index of features."""
        return self.root / "models" / "index"
