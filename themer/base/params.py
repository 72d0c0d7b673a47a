"""Typed, validated settings: what may stand in params.yaml, and messages that name the key when something else does."""

import json
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, ValidationError, model_validator
from pydantic_core import ErrorDetails

from themer.base.errors import UserError

PLACEHOLDER = "{url}"
SET_ID = "{set_id}"
OTHER = "Other"


def _site(url: str) -> str:
    """Return the address of a service without its trailing slash, or raise ValueError."""
    if PLACEHOLDER not in url:
        HttpUrl(url)
    return url.rstrip("/")


def _set_page(url: str) -> str:
    """Return the address of a set's page, in which {set_id} stands for its number, or raise ValueError."""
    if SET_ID not in url:
        raise ValueError(f'"{url}" is the same for every set. Write {SET_ID} where the number of the set belongs')
    HttpUrl(url.replace(SET_ID, "8880-1"))
    return url


def _weights(name: str) -> str:
    """Return what names weights, or raise ValueError."""
    if name in ("imagenet", "none") or name.endswith((".h5", ".keras")):
        return name
    hint = suggestion(name, ["imagenet", "none"])
    raise ValueError(f'"{name}" is not imagenet, none or a file ending in .weights.h5, .h5 or .keras{hint}')


Site = Annotated[str, AfterValidator(_site)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Channel = Annotated[int, Field(ge=0, le=255)]
Weights = Annotated[str, AfterValidator(_weights)]
PretrainedNetwork = Literal[
    "convnext_tiny",
    "efficientnet_lite0",
    "efficientnet_v2_b0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "resnet50",
    "vgg16",
]
ScratchNetwork = Literal["alexnet", "lego_cnn"]


class Section(BaseModel):
    """A part of params.yaml: no unknown keys, no silent conversions, no later changes."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Fetch(Section):
    """What to fetch: a source, as of a day, and how much of it."""

    source: str
    snapshot: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    limit: Annotated[int, Field(ge=1)] | None = None


class Source(Section):
    """Where a source answers; `command` starts it on this machine while a stage needs it."""

    brick_insights: Site | None = None
    rebrickable: Site
    set_page: Annotated[str, AfterValidator(_set_page)] | None = None
    terms: str | None = None
    command: Annotated[list[str], Field(min_length=1)] | None = None
    api_requests_per_minute: Annotated[float, Field(gt=0)] | None = 60
    pictures_per_second: Annotated[float, Field(gt=0)] | None = 4

    @property
    def pictures_per_minute(self) -> float | None:
        """The rate for pictures in the unit of the rate for the API."""
        return None if self.pictures_per_second is None else 60 * self.pictures_per_second

    @model_validator(mode="after")
    def _placeholder_needs_command(self) -> "Source":
        """Refuse `{url}` where no command will ever print one."""
        if self.command is None and PLACEHOLDER in f"{self.brick_insights} {self.rebrickable}":
            raise ValueError(f"{PLACEHOLDER} stands for what `command` prints, but there is no `command`")
        return self


class Download(Section):
    """How to get the pictures, and which answers count as one."""

    rebrickable_pictures: bool
    revalidate: bool
    connections: Annotated[int, Field(ge=1, le=64)]
    connect_timeout_seconds: Annotated[float, Field(gt=0)]
    read_timeout_seconds: Annotated[float, Field(gt=0)]
    retries: Annotated[int, Field(ge=0, le=10)]
    maximum_retry_after_seconds: Annotated[float, Field(gt=0)]
    maximum_bytes: Annotated[int, Field(ge=1024)]
    minimum_side_pixels: Annotated[int, Field(ge=2)]
    placeholder_families: Annotated[int, Field(ge=2)]
    minimum_success: Annotated[float, Field(ge=0, le=1)]


class Split(Section):
    """The share of the pictures in each split."""

    train: Fraction
    validation: Fraction
    test: Fraction

    @model_validator(mode="after")
    def _fractions_sum_to_one(self) -> "Split":
        """Refuse fractions that do not add up to 1."""
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train + validation + test must add up to 1, but they add up to {total:g}")
        return self


SPLITS = tuple(Split.model_fields)


class Regroup(Section):
    """What the labels are, and how the sets are split."""

    by: Literal["groups", "root", "leaf"]
    groups: dict[str, Annotated[list[str], Field(min_length=1)]]
    minimum_pictures: Annotated[int, Field(ge=1)]
    other: bool
    relabel: dict[str, str | None]
    duplicate_distance: Annotated[int, Field(ge=0, le=64)]
    split: Split
    seed: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _groups_claim_each_theme_once(self) -> "Regroup":
        """Refuse two groups that claim one theme, by its own name or through a parent's."""
        claims = [(rule, group) for group, rules in self.groups.items() for rule in rules]
        for index, (rule, group) in enumerate(claims):
            for other_rule, other_group in claims[:index]:
                _refuse_overlap(rule, group, other_rule, other_group)
        if self.by == "groups" and len(self.groups) < 2:
            raise ValueError(f"groups: a classifier needs at least two groups, but there are {len(self.groups)}")
        return self

    @model_validator(mode="after")
    def _corrections_name_groups(self) -> "Regroup":
        """Refuse to relabel a set as what no group is called; root and leaf themes are known only to the stage."""
        known = [*self.groups, *([OTHER] if self.other else [])]
        for set_id, label in self.relabel.items():
            if self.by == "groups" and label is not None and label not in known:
                raise ValueError(unknown_label(set_id, label, known))
        return self


def unknown_label(set_id: str, label: str, known: list[str]) -> str:
    """Return what to say of a correction that gives a set a label which there is not."""
    return f'relabel: {set_id}: there is no label "{label}"{suggestion(label, known)}. Known here: {", ".join(known)}'


def _refuse_overlap(rule: str, group: str, other_rule: str, other_group: str) -> None:
    """Raise ValueError when one rule is the other or lies below it in the tree."""
    if rule == other_rule and group == other_group:
        raise ValueError(f'groups: "{group}" names the theme "{rule}" twice. Remove one of them')
    if rule == other_rule:
        raise ValueError(f'groups: "{other_group}" and "{group}" both claim the theme "{rule}". Give it to one of them')
    inner, outer = sorted((rule, other_rule), key=len, reverse=True)
    if inner.startswith(outer + " / "):
        raise ValueError(
            f'groups: "{inner}" lies within "{outer}", which is claimed as well. Keep one of the two rules'
        )


class Photos(Section):
    """How many of the user's own photos join training, the others being only scored."""

    train: Annotated[float, Field(ge=0, le=1)]
    seed: Annotated[int, Field(ge=0)]


class Resize(Section):
    """The square that every picture is padded to."""

    size: Annotated[int, Field(ge=32, le=1024)]
    fill: tuple[Channel, Channel, Channel]
    pictures_per_shard: Annotated[int, Field(ge=1)]


class Train(Section):
    """The network and how it learns."""

    network: Literal[PretrainedNetwork, ScratchNetwork]
    weights: Weights
    feature_views: Annotated[int, Field(ge=1, le=100)]
    epochs: Annotated[int, Field(ge=0)]
    warm_up_epochs: Annotated[int, Field(ge=0)]
    batch_size: Annotated[int, Field(ge=1)]
    learning_rate: Annotated[float, Field(gt=0, le=1)] | None
    dropout: Annotated[float, Field(ge=0, lt=1)]
    augmentation: Annotated[float, Field(ge=0, le=1)]
    photo_views: Annotated[float, Field(ge=0, le=1)]
    imbalance: Literal["none", "class_weights", "balanced_sampling"]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    fine_tuned_blocks: Annotated[int, Field(ge=0)]
    interpolation: Annotated[float, Field(gt=0, le=1)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]

    @property
    def is_pretrained(self) -> bool:
        """Whether training starts from pretrained weights."""
        return self.weights != "none" and self.network not in get_args(ScratchNetwork)

    @model_validator(mode="after")
    def _file_has_a_backbone_to_go_to(self) -> "Train":
        """Refuse a file of weights for a network that always starts from scratch."""
        if self.network in get_args(ScratchNetwork) and self.weights not in ("imagenet", "none"):
            raise ValueError(
                f"weights: {self.network} always learns from scratch and takes no file, but it is "
                f"'{self.weights}'. Write imagenet or none, or take another network"
            )
        return self

    @model_validator(mode="after")
    def _something_learns(self) -> "Train":
        """Refuse a training that would leave the network as random as it began, or only warm it up."""
        if self.epochs == 0 and not self.is_pretrained:
            raise ValueError(f"epochs: 0 leaves {self.network} as it began, since no weights were learned before")
        if 0 < self.epochs <= self.warm_up_epochs:
            raise ValueError(
                f"warm_up_epochs: must be fewer than epochs ({self.epochs}), but it is {self.warm_up_epochs}"
            )
        return self


def _fold_count(count: int) -> int:
    """Return a number of folds, or raise ValueError for 1, which would leave nothing to learn from."""
    if count == 1:
        raise ValueError("1 fold leaves nothing to learn from. Write 0 to leave it out, or 2 to 20")
    return count


class CrossValidate(Section):
    """How every picture is answered by what was learned from others."""

    folds: Annotated[int, Field(ge=0, le=20), AfterValidator(_fold_count)]
    fine_tuned: bool
    other_splits: bool
    seed: Annotated[int, Field(ge=0, lt=2**31)]


class Export(Section):
    """When the served model abstains."""

    accepted_risk: Annotated[float, Field(gt=0, le=1)]


class Evaluate(Section):
    """How the predictions are reported."""

    confidence_level: Fraction
    mistakes: Annotated[int, Field(ge=1, le=20)]


class Params(Section):
    """The whole of params.yaml."""

    fetch: Fetch
    sources: dict[str, Source]
    download: Download
    regroup: Regroup
    photos: Photos
    resize: Resize
    train: Train
    cross_validate: CrossValidate
    export: Export
    evaluate: Evaluate

    @model_validator(mode="after")
    def _source_is_known(self) -> "Params":
        """Refuse a source that `sources` does not describe, and one that can't name any picture."""
        if self.fetch.source not in self.sources:
            hint = suggestion(self.fetch.source, list(self.sources))
            known = ", ".join(self.sources)
            raise ValueError(
                f'fetch.source: unknown source "{self.fetch.source}"{hint}. Described under sources: {known}'
            )
        if self.source.brick_insights is None and not self.download.rebrickable_pictures:
            raise ValueError(
                f'download.rebrickable_pictures: is false, but the source "{self.fetch.source}" has no '
                "brick_insights to get pictures from. Set it to true"
            )
        return self

    @property
    def source(self) -> Source:
        """The source in use."""
        return self.sources[self.fetch.source]


def suggestion(word: str, known: list[str], count: int = 1) -> str:
    """Return ' (did you mean ...?)' with the nearest known words, or nothing."""
    near = get_close_matches(word, known, n=count, cutoff=0.6)
    quoted = " or ".join(f'"{name}"' for name in near)
    return f" (did you mean {quoted}?)" if near else ""


def load_params(path: Path) -> Params:
    """Read and validate a params file.

    Raises:
        UserError: the file is missing, is not YAML, or holds something else than `Params` allows; names every such key.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file. Run from the project's folder.") from None
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not readable as YAML: {error}") from None
    return parse_params(values, path.name)


def parse_params(values: Any, name: str = "params.yaml") -> Params:
    """Validate the values of a params file called `name`; raise UserError naming every wrong key."""
    _require_text_keys(values, name)
    try:
        return Params.model_validate_json(_as_json(values))
    except ValidationError as error:
        raise UserError("\n".join(_explain(detail, name) for detail in error.errors())) from None
    except TypeError as error:
        raise UserError(f"{name}: {error}. Write dates in quotes.") from None


def _require_text_keys(values: Any, name: str, section: str = "") -> None:
    """Raise UserError for a key that YAML took for something else than text: 0011 would become "9" in silence."""
    for key, value in values.items() if isinstance(values, dict) else ():
        if not isinstance(key, str):
            raise UserError(
                f"{name}: {section}{key}: this key was read as {type(key).__name__}, not as text, and may not be what "
                "the file says. Write it in quotes."
            )
        _require_text_keys(value, name, f"{section}{key}.")


def _as_json(values: Any) -> str:
    """Return JSON text, in which strict validation takes a list for a tuple but never text for a number."""
    return json.dumps(values)


def _explain(detail: ErrorDetails, name: str) -> str:
    """Return one line: the file, the key, what is wrong and what came in."""
    key = ".".join(str(part) for part in detail["loc"])
    prefix = f"{name}: {key}: " if key else f"{name}: "
    if detail["type"] == "extra_forbidden":
        known = _keys_beside(detail["loc"])
        return f"{prefix}unknown key{suggestion(str(detail['loc'][-1]), known)}. Known here: {', '.join(known)}."
    if detail["type"] == "missing":
        return f"{prefix}missing. Add it; the file's own comments say what it does."
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return f"{prefix}{message.rstrip('.')}."
    known = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
    return f"{prefix}{message}, but it is {detail['input']!r}{suggestion(str(detail['input']), known)}."


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed where an unknown one stands."""
    model: Any = Params
    for part in location[:-1]:
        if model is Source:
            break
        annotation = model.model_fields[str(part)].annotation if model is not None else None
        model = Source if str(part) == "sources" else annotation
        if model is Source:
            break
    return list(model.model_fields)
