"""The API's requests and responses. Its documentation is generated from these schemas."""

from functools import cache
from typing import Any

from flask import request
from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from app.recognition.as_json import TOP_THEMES
from themer.base.theme_paths import NONE_OF_THESE

MODEL_HEADER = {"Model-SHA256": {"schema": {"type": "string"}, "description": "the served model's digest"}}
EXAMPLE = [
    {
        "file": "spaceship.jpg",
        "theme": "Technic",
        "confidence": 0.93,
        "sure": True,
        "none_of_these": False,
        "other_theme": None,
        "reason": None,
        "top": [{"theme": "Technic", "probability": 0.93}, {"theme": "MiniFig", "probability": 0.05}],
        "similar": [
            {
                "set_id": "8547-1",
                "name": "Mindstorms NXT 2.0",
                "year": 2009,
                "theme": "Technic",
                "distance": 0.12,
                "page": None,
                "thumbnail": "/sets/8547-1.jpg",
            }
        ],
    },
    {
        "file": "notes.txt",
        "problem": {
            "type": "/docs#not-a-picture",
            "title": "Not a picture",
            "status": 415,
            "detail": "Choose a JPEG, PNG, WebP, GIF or BMP.",
        },
    },
]


class ProblemDetails(BaseModel):
    """Why there is no prediction (RFC 9457)."""

    type: str = Field(description="the problem's entry in the documentation, or about:blank")
    title: str
    status: int
    detail: str = Field(description="what was wrong, and what to do about it")


class Received(BaseModel):
    """A part of a request. The library needs its JSON schema for each request, so the schema is cached."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the JSON schema."""
        return _schema_of(cls) if not args and not kwargs else super().model_json_schema(*args, **kwargs)


@cache
def _schema_of(model: type[Received]) -> dict[str, Any]:
    """Return the JSON schema of a model, as pydantic makes it."""
    return super(Received, model).model_json_schema()


class NoQuery(Received):
    """No parameters in the query."""

    model_config = ConfigDict(extra="forbid")


class PredictQuery(Received):
    """What to return besides the prediction."""

    model_config = ConfigDict(extra="forbid")

    heatmap: bool = Field(default=False, description="add a PNG that shows which parts of the picture count most")
    top: int = Field(default=TOP_THEMES, ge=1, description="how many of the most probable themes to return")


class ThemeProbability(BaseModel):
    """A theme and its calibrated probability."""

    theme: str
    probability: float = Field(ge=0, le=1)


class SimilarSet(BaseModel):
    """A set whose picture is similar to the uploaded one."""

    set_id: str
    name: str
    year: int | None
    theme: str
    # Rounding can put a distance a little above 2.
    distance: float = Field(ge=0, le=2.001, description="cosine distance between the embeddings of the two pictures")
    page: str | None = Field(description="a page about the set")
    thumbnail: str | None = Field(description="its picture on this server")


class Entry(BaseModel):
    """A file's prediction or its problem."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(description="the name of the file; body or image[0] if it has none")
    theme: str | None = Field(default=None, description="the predicted theme; null: not sure, or none of the themes")
    confidence: float | None = Field(
        default=None,
        description="the calibrated probability of the predicted theme, or without one, of the most probable label; "
        "says nothing if none_of_these",
    )
    sure: bool | None = None
    none_of_these: bool | None = Field(
        default=None, description="true: the picture shows none of the themes that the model predicts"
    )
    other_theme: str | None = Field(
        default=None, description="the theme of the most similar set, if the picture shows none of the model's themes"
    )
    reason: str | None = Field(default=None, description="why there is no theme, or only one above the labels")
    top: list[ThemeProbability] | None = Field(default=None, description="the most probable themes")
    similar: list[SimilarSet] | None = Field(default=None, description="the most similar sets of the catalogue")
    heatmap: str | None = Field(default=None, description="a data URL: a PNG to lay over the picture")
    problem: ProblemDetails | None = Field(default=None, description="why the file has no prediction")


class Entries(RootModel[list[Entry]]):
    """One entry for each file, in the order of the request."""

    model_config = ConfigDict(openapi_extra={"headers": MODEL_HEADER, "example": EXAMPLE})  # type: ignore[typeddict-unknown-key]


class ModelDescription(BaseModel):
    """The served model."""

    model_config = ConfigDict(openapi_extra={"headers": MODEL_HEADER})  # type: ignore[typeddict-unknown-key]

    file: str
    sha256: str
    network: str
    labels: list[str]
    size: int = Field(description="side of the square input, in pixels")
    threshold: float = Field(description="the model is not sure below this confidence")
    parameters: int | None


class Health(BaseModel):
    """The state of the server."""

    status: str


class ContributeForm(Received):
    """A picture and its correct theme."""

    model_config = ConfigDict(extra="forbid")

    image: FileStorage = Field(description="the picture")
    theme: str = Field(description=f"one of the model's labels, or {NONE_OF_THESE}")

    @model_validator(mode="before")
    @classmethod
    def _as_sent(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Return the fields with the theme as it was sent."""
        # The library reads fields as JSON where it can: a theme named 2.10 would come as 2.1.
        return {**values, "theme": request.form["theme"]} if "theme" in request.form else values


class Contributed(BaseModel):
    """The contributed picture."""

    theme: str
    photo: str = Field(description="its path within data/photos/")
