"""What the API takes and gives, for its document."""

from functools import cache
from typing import Any

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, RootModel


class ProblemDetails(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(description="the problem's place in the documentation, or about:blank")
    title: str
    status: int
    detail: str = Field(description="what was wrong, and what to do about it")


class Asked(BaseModel):
    """What a request may say; its schema, which the library asks for with each request, is made once."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the JSON schema."""
        return _schema_of(cls) if not args and not kwargs else super().model_json_schema(*args, **kwargs)


@cache
def _schema_of(model: type[Asked]) -> dict[str, Any]:
    """Return the JSON schema of a model, as pydantic makes it."""
    return super(Asked, model).model_json_schema()


class PredictQuery(Asked):
    """What to answer besides the theme."""

    heatmap: bool = Field(default=False, description="add a PNG that shows where the theme was seen")


class PredictForm(Asked):
    """Pictures."""

    image: list[FileStorage] = Field(min_length=1, description="JPEG, PNG, WebP, GIF (its first frame) or BMP")


class ThemeProbability(BaseModel):
    """A theme and its calibrated probability."""

    theme: str
    probability: float = Field(ge=0, le=1)


class SimilarSet(BaseModel):
    """A set whose picture looks like the one that was sent."""

    set_id: str
    name: str
    year: int | None
    theme: str
    distance: float = Field(ge=0, le=2.001, description="cosine distance of what the network sees")
    page: str | None = Field(description="where more is told of the set")
    thumbnail: str | None = Field(description="its picture, on this server")


class Entry(BaseModel):
    """What there is to say of one file: an answer, or an error."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(description="the name that came with the picture")
    theme: str | None = Field(default=None, description="the answer; null: not sure")
    confidence: float | None = Field(
        default=None, description="the calibrated probability of the answer or the best theme"
    )
    sure: bool | None = None
    reason: str | None = Field(default=None, description="why it is not sure")
    top: list[ThemeProbability] | None = Field(default=None, description="the most probable themes")
    similar: list[SimilarSet] | None = Field(default=None, description="the nearest sets of the catalogue")
    heatmap: str | None = Field(default=None, description="a data URL: PNG to be laid over the picture")
    error: ProblemDetails | None = None


class Entries(RootModel[list[Entry]]):
    """One entry for each file, in their order."""


class ModelDescription(BaseModel):
    """The model that answers."""

    file: str
    sha256: str
    network: str
    labels: list[str]
    size: int = Field(description="pixels, the side of the square that it sees")
    threshold: float = Field(description="less probable answers are not sure")
    parameters: int | None


class Health(BaseModel):
    """Whether all is well."""

    status: str


class ContributeForm(Asked):
    """A picture and its right theme."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    image: FileStorage = Field(description="the picture")
    theme: str = Field(description="one of the model's labels")


class Contributed(BaseModel):
    """What was kept."""

    theme: str
    photo: str = Field(description="where the picture lies, in data/photos/")
