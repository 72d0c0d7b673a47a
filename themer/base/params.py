"""The sections of params.yaml: every setting with its type and the values that it may have."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, HttpUrl, Tag, model_validator

from themer.base.errors import UserError, suggestion
from themer.base.theme_paths import require_names

PLACEHOLDER = "{url}"
SET_ID = "{set_id}"
OTHER = "Other"
LONGEST_NAME = 60
LOWEST_RATE = 0.001


def _site(url: str) -> str:
    """Return the address of a service without its trailing slash, or raise ValueError."""
    if not url.startswith(PLACEHOLDER):
        HttpUrl(url)
    if re.search(r"[\s?#]", url):
        raise ValueError(f'"{url}" has a space, ? or #, but paths are appended to it. Write only the part before these')
    return url.rstrip("/")


def _day(text: str) -> str:
    """Return a day, or raise ValueError."""
    try:
        if text == date.fromisoformat(text).isoformat():
            return text
    except ValueError:
        pass
    raise ValueError(f"{text!r} is not a day. Write it like '2026-11-22'")


def _set_page(url: str) -> str:
    """Return the address of a set's page, with {set_id} in place of the set number, or raise ValueError."""
    if SET_ID not in url:
        raise ValueError(f'"{url}" would be the same page for every set. Write {SET_ID} where the number belongs')
    HttpUrl(url.replace(SET_ID, "8880-1"))
    return url


def _rate(rate: float) -> float:
    """Return a rate of requests, or raise ValueError for one so low that nothing would ever be requested."""
    if rate < LOWEST_RATE:
        raise ValueError(f"the rate must be {LOWEST_RATE} or more, but it is {rate}")
    return rate


def _weights(name: str) -> str:
    """Return the name of weights, or raise ValueError."""
    if name in ("imagenet", "none") or name.endswith((".h5", ".keras")):
        return name
    hint = suggestion(name, ["imagenet", "none"])
    raise ValueError(f'"{name}" is not imagenet, none or a file ending in .weights.h5, .h5 or .keras{hint}')


Site = Annotated[str, AfterValidator(_site)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
Timeout = Annotated[float, Field(gt=0, le=3600)]
Channel = Annotated[int, Field(ge=0, le=255)]
# Empty text leaves a set out, as an empty value does.
Correction = Annotated[str | None, AfterValidator(lambda label: label or None)]
Weights = Annotated[str, AfterValidator(_weights)]
PretrainedNetwork = Literal[
    "convnext_tiny",
    "efficientnet_lite0",
    "efficientnet_lite1",
    "efficientnet_lite2",
    "efficientnet_v2_b0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "resnet50",
    "vgg16",
]
ScratchNetwork = Literal["alexnet", "lego_cnn"]
OneNetwork = Literal[PretrainedNetwork, ScratchNetwork]
# Tagged, so that pydantic tries only one of both types. Its errors name the tag, which no key can be taken for.
TAGS = ("<one>", "<several>")
Network = Annotated[
    Annotated[OneNetwork, Tag(TAGS[0])] | Annotated[list[PretrainedNetwork], Field(min_length=1), Tag(TAGS[1])],
    Discriminator(lambda value: TAGS[isinstance(value, list)]),
]


class Section(BaseModel):
    """A section of params.yaml. Unknown keys, silent conversions and later changes are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Fetch(Section):
    """Which source to fetch, as of which day, and how many of its sets."""

    source: str
    snapshot: Annotated[str, AfterValidator(_day)]
    limit: Annotated[int, Field(ge=1, le=10_000_000)] | None = None


class Source(Section):
    """The addresses of a source. `command` serves it on this machine while a stage needs it."""

    brick_insights: Site | None = None
    rebrickable: Site
    set_page: Annotated[str, AfterValidator(_set_page)] | None = None
    terms: str | None = None
    command: Annotated[list[str], Field(min_length=1)] | None = None
    api_requests_per_minute: Annotated[float, Field(gt=0, le=60_000), AfterValidator(_rate)] | None = 60
    pictures_per_second: Annotated[float, Field(gt=0, le=1000), AfterValidator(_rate)] | None = 4

    @property
    def pictures_per_minute(self) -> float | None:
        """The most pictures requested per minute; None: no limit."""
        return None if self.pictures_per_second is None else 60 * self.pictures_per_second

    @model_validator(mode="after")
    def _placeholder_needs_command(self) -> "Source":
        """Refuse `{url}` without a command that prints an address."""
        if self.command is None and PLACEHOLDER in f"{self.brick_insights} {self.rebrickable}":
            raise ValueError(f"{PLACEHOLDER} stands for the address that `command` prints, but there is no `command`")
        return self


class Download(Section):
    """How to download the pictures, and which responses are accepted as pictures."""

    rebrickable_pictures: bool
    revalidate: bool
    connections: Annotated[int, Field(ge=1, le=64)]
    connect_timeout_seconds: Timeout
    read_timeout_seconds: Timeout
    retries: Annotated[int, Field(ge=0, le=10)]
    maximum_retry_after_seconds: Annotated[float, Field(gt=0, le=86_400)]
    maximum_bytes: Annotated[int, Field(ge=1024, le=1_000_000_000)]
    minimum_side_pixels: Annotated[int, Field(ge=2, le=10_000)]
    placeholder_families: Annotated[int, Field(ge=2, le=1_000_000)]
    minimum_success: Annotated[float, Field(ge=0, le=1)]


class Split(Section):
    """The share of the pictures in each split."""

    train: Fraction
    validation: Fraction
    test: Fraction

    @model_validator(mode="after")
    def _fractions_sum_to_one(self) -> "Split":
        """Refuse shares that don't add up to 1."""
        total = self.train + self.validation + self.test
        # As floats, 0.7 + 0.2 + 0.1 is a little less than 1.
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train + validation + test must add up to 1, but they add up to {total:g}")
        return self


SPLITS = tuple(Split.model_fields)


class Regroup(Section):
    """How sets get their labels, and how they are split."""

    by: Literal["groups", "root", "leaf"]
    groups: dict[str, Annotated[list[str], Field(min_length=1)]]
    minimum_pictures: Annotated[int, Field(ge=1, le=10_000_000)]
    other: bool
    relabel: dict[str, Correction]
    duplicate_distance: Annotated[int, Field(ge=0, le=64)]
    split: Split
    seed: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _groups_claim_each_theme_once(self) -> "Regroup":
        """Refuse two groups that claim the same theme, by its own name or through a theme above it."""
        claims = [(rule, group) for group, rules in self.groups.items() for rule in rules]
        for index, (rule, group) in enumerate(claims):
            for other_rule, other_group in claims[:index]:
                _refuse_overlap(rule, group, other_rule, other_group)
        if self.by == "groups" and len(self.groups) < 2:
            raise ValueError(f"groups: a classifier needs at least two groups, but there are {len(self.groups)}")
        return self

    @model_validator(mode="after")
    def _groups_have_names(self) -> "Regroup":
        """Refuse a group whose name could not be that of a label."""
        try:
            require_names([*self.groups, *([OTHER] if self.other and OTHER not in self.groups else [])], LONGEST_NAME)
        except ValueError as error:
            raise ValueError(f"groups: {error}") from None
        return self

    @model_validator(mode="after")
    def _corrections_name_groups(self) -> "Regroup":
        """Refuse a correction to a label that is not a group. Root and leaf themes can be checked only by the stage."""
        known = [*self.groups, *([OTHER] if self.other else [])]
        for set_id, label in self.relabel.items():
            if self.by == "groups" and label is not None and label not in known:
                raise ValueError(unknown_label(set_id, label, known))
        return self


def unknown_label(set_id: str, label: str, known: list[str]) -> str:
    """Return the message for a correction that gives a set an unknown label."""
    return f'relabel: {set_id}: there is no label "{label}"{suggestion(label, known)}. Known labels: {", ".join(known)}'


def _refuse_overlap(rule: str, group: str, other_rule: str, other_group: str) -> None:
    """Raise ValueError if two rules name the same theme, or one names a theme below the other."""
    if rule == other_rule and group == other_group:
        raise ValueError(f'groups: "{group}" names the theme "{rule}" twice. Remove one of them')
    if rule == other_rule:
        raise ValueError(f'groups: "{other_group}" and "{group}" both list the theme "{rule}". Keep it in one of them')
    inner, outer = sorted((rule, other_rule), key=len, reverse=True)
    if inner.startswith(outer + " / "):
        raise ValueError(f'groups: "{inner}" is below "{outer}", and the groups list both. Keep one of the two')


class Photos(Section):
    """The share of the user's own photos that joins training. The others are only scored."""

    train: Annotated[float, Field(ge=0, le=1)]
    seed: Annotated[int, Field(ge=0)]


class Resize(Section):
    """The square that every picture is cropped and padded to."""

    size: Annotated[int, Field(ge=32, le=1024)]
    fill: tuple[Channel, Channel, Channel]
    pictures_per_shard: Annotated[int, Field(ge=1, le=1_000_000)]


class Train(Section):
    """The network and how it is trained."""

    network: Network
    weights: Weights
    feature_views: Annotated[int, Field(ge=1, le=100)]
    epochs: Annotated[int, Field(ge=0, le=10_000)]
    warm_up_epochs: Annotated[int, Field(ge=0, le=10_000)]
    batch_size: Annotated[int, Field(ge=1, le=65_536)]
    learning_rate: Annotated[float, Field(gt=0, le=1)] | None
    dropout: Annotated[float, Field(ge=0, lt=1)]
    augmentation: Annotated[float, Field(ge=0, le=1)]
    photo_views: Annotated[float, Field(ge=0, le=1)]
    imbalance: Literal["none", "class_weights", "balanced_sampling"]
    label_smoothing: Annotated[float, Field(ge=0, lt=1)]
    fine_tuned_blocks: Annotated[int, Field(ge=0, le=10_000)]
    interpolation: Annotated[float, Field(gt=0, le=1)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]

    @property
    def networks(self) -> list[str]:
        """The names of the networks that are trained side by side; mostly there is one."""
        return [*self.network] if isinstance(self.network, list) else [self.network]

    @property
    def weights_path(self) -> Path | None:
        """The file of weights that the settings name, or None."""
        return None if self.weights in ("imagenet", "none") else Path(self.weights)

    @property
    def is_pretrained(self) -> bool:
        """Whether training starts from pretrained weights."""
        return self.weights != "none" and self.networks[0] not in get_args(ScratchNetwork)

    @model_validator(mode="after")
    def _weights_file_has_a_backbone(self) -> "Train":
        """Refuse a weights file for a network that is always trained from scratch."""
        if self.network in get_args(ScratchNetwork) and self.weights not in ("imagenet", "none"):
            raise ValueError(
                f"weights: {self.network} is always trained from scratch and takes no weights file, but weights is "
                f"'{self.weights}'. Write imagenet or none, or choose another network"
            )
        return self

    @model_validator(mode="after")
    def _networks_differ(self) -> "Train":
        """Refuse a network twice, and one file of weights for several networks."""
        if len(set(self.networks)) < len(self.networks):
            raise ValueError(f"network: name each network once, but it is {self.network}")
        if len(self.networks) > 1 and self.weights_path is not None:
            raise ValueError(f"weights: one file can't fit {len(self.networks)} networks. Write imagenet or none")
        return self

    @model_validator(mode="after")
    def _training_changes_the_network(self) -> "Train":
        """Refuse training that would leave the network with random weights, or that would only warm up."""
        if self.epochs == 0 and not self.is_pretrained:
            names = " and ".join(self.networks)
            raise ValueError(f"epochs: 0 leaves {names} untrained, since it has no pretrained weights. Write 1 or more")
        if 0 < self.epochs <= self.warm_up_epochs:
            raise ValueError(
                f"warm_up_epochs: must be fewer than epochs ({self.epochs}), but it is {self.warm_up_epochs}. "
                "Write 0, or raise epochs"
            )
        return self


def unreadable_weights(path: Path, error: OSError) -> UserError:
    """Return the error for a file of weights that can't be read."""
    return UserError(
        f"params.yaml: train.weights: {path}: {error.strerror}. Name an existing file, or write imagenet or none."
    )


def _fold_count(count: int) -> int:
    """Return a number of folds, or raise ValueError for 1, which would leave no training pictures."""
    if count == 1:
        raise ValueError("1 fold leaves no training pictures. Write 0 to skip cross-validation, or 2 to 20")
    return count


class CrossValidate(Section):
    """How every picture is predicted by a model that was trained on other families."""

    folds: Annotated[int, Field(ge=0, le=20), AfterValidator(_fold_count)]
    fine_tuned: bool
    other_splits: bool
    seed: Annotated[int, Field(ge=0, lt=2**31)]


class Export(Section):
    """What the served model predicts from, and when it abstains."""

    views: Annotated[int, Field(ge=1, le=2)]
    accepted_risk: Annotated[float, Field(gt=0, le=1)]
    accepted_other_themes: Annotated[float, Field(gt=0, le=1)]
    confidence_level: Fraction


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
    def _sources_have_names_that_dvc_finds(self) -> "Params":
        """Refuse a name that DVC takes for a path of keys, and one that is no name."""
        for name in self.sources:
            if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or set(name) & set('/\\"{}$'):
                raise ValueError(
                    f'sources: "{name[:LONGEST_NAME]}": a name has 1 to {LONGEST_NAME} characters, none of them a '
                    "slash, a quote, a brace or a dollar sign. Rename the source"
                )
            if set(name) & set(".[]"):
                raise ValueError(
                    f'sources: "{name}": DVC looks up the source as sources.{name}, where dots and brackets separate '
                    "keys. Write - or _ in the name instead"
                )
        return self

    @model_validator(mode="after")
    def _source_is_known(self) -> "Params":
        """Refuse a source that `sources` doesn't describe, and one without any pictures."""
        if self.fetch.source not in self.sources:
            hint = suggestion(self.fetch.source, list(self.sources))
            known = ", ".join(self.sources)
            raise ValueError(f'fetch.source: unknown source "{self.fetch.source}"{hint}. Known sources: {known}')
        if self.source.brick_insights is None and not self.download.rebrickable_pictures:
            raise ValueError(
                f'download.rebrickable_pictures: is false, but the source "{self.fetch.source}" has no '
                "brick_insights to download pictures from. Write true"
            )
        return self

    @property
    def source(self) -> Source:
        """The source that `fetch.source` names."""
        return self.sources[self.fetch.source]
