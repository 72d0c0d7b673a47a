"""Every file of the pipeline with its columns or keys: the one place that describes them.

`docs/data_formats.md` is written from it, and the tests check real files against it.
"""

import math
from dataclasses import dataclass, replace
from typing import Literal

from stages import paths

Kind = Literal["text", "hexadecimal", "date", "integer", "number", "share", "float16", "float32", "PNG", "anything"]


@dataclass(frozen=True)
class Field:
    """A column of a table, a key in JSON, a member of an archive, or a part of a record.

    `within` is the key of the object that holds it. In a name, `[]` stands for each item of a list and `*` for any
    name. Numbers lie between `low` and `high`; text is one of `choices` if there are any; hexadecimal numbers have
    `digits` digits; arrays have `axes`. Empty means an empty cell, or null in JSON.
    """

    key: str
    kind: Kind
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    digits: int = 0
    axes: tuple[str, ...] = ()
    within: str = ""
    can_be_empty: bool = False
    can_be_missing: bool = False

    @property
    def name(self) -> str:
        """The full name, such as `pictures.train`."""
        return f"{self.within}.{self.key}" if self.within else self.key

    @property
    def type(self) -> str:
        """The kind with the values that are allowed, such as `integer ≥ 1`."""
        if self.choices:
            return f"{self.kind}: {', '.join(f'`{choice}`' for choice in self.choices)}"
        if self.digits:
            return f"{self.kind}, {self.digits} digits"
        if self.axes:
            return f"{self.kind}, {' × '.join(self.axes)}"
        if self.kind == "share" or math.isinf(self.low):
            return self.kind
        return f"{self.kind} ≥ {self.low:g}" if math.isinf(self.high) else f"{self.kind} {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class File:
    """A file, or all files whose paths differ in what is in braces: what it is, and its fields in order.

    `only` says when it is written; it is empty for a file that every run writes.
    """

    path: str
    about: str
    fields: tuple[Field, ...] = ()
    only: str = ""


def text(key: str, meaning: str, *choices: str) -> Field:
    """Return a field with text, one of `choices` if there are any."""
    return Field(key, "text", meaning, choices=choices)


def integer(key: str, meaning: str, low: int, high: float = math.inf) -> Field:
    """Return a field with a whole number between two bounds."""
    return Field(key, "integer", meaning, low, high)


def number(key: str, meaning: str, low: float, high: float = math.inf) -> Field:
    """Return a field with a number between two bounds."""
    return Field(key, "number", meaning, low, high)


def share(key: str, meaning: str) -> Field:
    """Return a field with a number from 0 to 1."""
    return Field(key, "share", meaning, 0, 1)


def hexadecimal(key: str, meaning: str, digits: int = 64) -> Field:
    """Return a field with a hexadecimal number, by default a digest of 256 bits."""
    return Field(key, "hexadecimal", meaning, digits=digits)


def can_be_empty(*fields: Field) -> tuple[Field, ...]:
    """Return fields that can be empty."""
    return tuple(replace(field, can_be_empty=True) for field in fields)


def can_be_missing(*fields: Field) -> tuple[Field, ...]:
    """Return keys that can be missing."""
    return tuple(replace(field, can_be_missing=True) for field in fields)


def within(key: str, *fields: Field) -> tuple[Field, ...]:
    """Return the fields of an object that is the value of a key."""
    return tuple(replace(field, within=key) for field in fields)


def interval(prefix: str, source: str) -> tuple[Field, ...]:
    """Return the ends of a score's interval; `source` says how it is computed."""
    return tuple(share(f"{prefix}{end}", f"ends of the interval{source}") for end in ("low", "high"))


# Fields that several files have. The document lists them once.
SET_ID = text("set_id", "set number with its variant, such as `8684-16`")
NAME = text("name", "name of the set")
YEAR = integer("year", "year of release", 1900)
LABEL = text("label", "what the model should predict: a group of `regroup.groups`, or a theme")
THEME = text("theme", "the label, under the name in the plots")
SPLIT = text("split", "split of the set and its whole family", "train", "validation", "test")
FAMILY = text("family", "smallest number, without variant, of the sets that share a split")
CONFIDENCE = share("confidence", "probability of the predicted label")
CORRECT = text("correct", "whether the prediction is correct", "yes", "no")
SHA256 = hexadecimal("sha256", "SHA-256 of the picture")
FOLD = integer("fold", "fold in which the picture is held out", 0, 19)
PICTURES = integer("pictures", "number of pictures", 1)
SPLIT_COUNTS = tuple(integer(split, "pictures in this split", 1) for split in SPLIT.choices)
OTHER_COUNTS = tuple(integer(f"other_{split}", "pictures of other themes in it", 0) for split in SPLIT.choices)
PROBABILITIES = share("*", "probability of each label, in a column with its name")
SCORED = (ACCURACY := share("accuracy", "correct predictions"), *interval("accuracy_", ", by family"))
MACRO_F1 = share("macro_f1", "mean of the labels' F1")
MACRO_F1_INTERVAL = interval("macro_f1_", ", by a bootstrap over families")
LOG_LOSS = number("log_loss", "mean of -ln(probability of the label)", 0)
TOP_5 = share("top_5_accuracy", "label among the five most probable; only with more than five labels")
BY_FAMILY = ", by family"
ANSWERED = (
    share("answered", "coverage: pictures on which the model does not abstain"),
    *interval("answered_", BY_FAMILY),
)
ANSWERED_ACCURACY = (
    share("answered_accuracy", "accuracy on these; missing if there are none"),
    *interval("answered_accuracy_", BY_FAMILY),
)
FIRM = (*ANSWERED, *can_be_missing(*ANSWERED_ACCURACY))
LOW_HIGH = interval("", "")
PRECISION = share("precision", "correct ones among the pictures predicted as the label")
RECALL = share("recall", "correct ones among the pictures with the label")
OTHER_SPLITS = tuple(f"other_{split}" for split in SPLIT.choices)
BOUNDARY = share("boundary", "probability of the labels' themes below which the model predicts no label")
THRESHOLD = number("threshold", "confidence below which the model abstains; 2: always", 0, 2)
LABELS = text("labels[]", "the labels in the order of their indices and probabilities")
SIZE = integer("size", "side of the square pictures in pixels", 32, 1024)
FILL = integer("fill[]", "red, green and blue of the padding", 0, 255)
NETWORK = text("network", "`train.network`")
TEMPERATURE = number("temperature", "what the logits of the models are already divided by, to calibrate them", 0.05, 20)
RECORD = (
    integer("label", "index in `labels` of `shards.json`, or in `other_themes`", 0),
    Field("image", "PNG", "the picture without its margin, scaled to fit a square and padded, in RGB"),
)
WAY_TO_SPLIT = text("split", "`grouped by family`, `at random` or `by year, from {year}`")

SHARED = (
    *(SET_ID, NAME, YEAR, LABEL, THEME, SPLIT, SHA256, FOLD, PICTURES, *SPLIT_COUNTS),
    *(PROBABILITIES, *SCORED, MACRO_F1, *MACRO_F1_INTERVAL, LOG_LOSS, TOP_5, *ANSWERED, *ANSWERED_ACCURACY),
    *(*LOW_HIGH, PRECISION, RECALL, THRESHOLD, LABELS, SIZE, FILL, NETWORK, TEMPERATURE),
)

DESCRIPTION = within("themer.json", LABELS, SIZE, FILL, NETWORK, TEMPERATURE)

FETCH = (
    File(
        str(paths.sets),
        "The sets of the source, one object a line, sorted by number. Each is as Brick Insights' API returns it; a "
        "source without `brick_insights` takes them from Rebrickable's table. Only the named keys are used.",
        (
            SET_ID,
            *can_be_missing(
                *can_be_empty(
                    NAME,
                    text("year", "year of release"),
                    text("image_urls.genericnx400", "path of the thumbnail, 400 pixels high, on that site"),
                    Field("*", "anything", "what else the API returns"),
                )
            ),
        ),
    ),
    File(
        str(paths.source),
        "What the folder is a snapshot of. It is written last: without it the folder is incomplete.",
        (
            text("source", "`fetch.source`"),
            *can_be_empty(text("brick_insights", "address of Brick Insights; `{url}`: served on this machine")),
            text("rebrickable", "address of Rebrickable; `{url}`: served on this machine"),
            Field("snapshot", "date", "`fetch.snapshot`"),
            *can_be_empty(integer("limit", "`fetch.limit`; empty: all sets", 1)),
            *can_be_missing(
                text("missing[]", "the sets that could not be fetched; the next fetch requests them again")
            ),
        ),
    ),
    File(
        str(paths.raw / "not_found-{hash}.txt"),
        "The numbers that the source does not have, one a line, sorted. They are not requested again. The hash stands "
        "for the source and its address.",
        only="if each set takes one request",
    ),
    File(
        str(paths.sets_table),
        "Rebrickable's table of sets, as downloaded.",
        (
            text("set_num", "set number"),
            NAME,
            YEAR,
            integer("theme_id", "`id` in the table of themes, which may lack it", 1),
            integer("num_parts", "number of parts; not used", 0),
            *can_be_empty(text("img_url", "Rebrickable's picture of the set")),
        ),
    ),
    File(
        str(paths.themes_table),
        "Rebrickable's tree of themes, as downloaded.",
        (
            integer("id", "number of the theme", 1),
            text("name", "name of the theme"),
            *can_be_empty(integer("parent_id", "`id` of its parent; empty: a root theme", 1)),
        ),
    ),
)

DOWNLOAD = (
    File(
        str(paths.thumbnails / "{set_id}.jpg"),
        "The picture of a set, as downloaded: JPEG, or another format in spite of the name. In the number, characters "
        "other than letters, digits and `-_.~` are percent-encoded.",
    ),
    File(
        str(paths.thumbnails_table),
        "A row for each set of the source, sorted by `set_id`. `bytes` to `perceptual_hash` are filled for `ok` and "
        "`placeholder`, and empty otherwise.",
        (
            SET_ID,
            *can_be_empty(text("url", "where the picture was requested; `{url}`: served on this machine")),
            text(
                "status",
                "`ok`: downloaded; `no url`: the source lists no picture; `gone`: the server has none; `failed`: no "
                "response or an error, requested again in the next run; `rejected`: not a usable picture, requested "
                "again unless `download` in params.yaml refuses it; `forbidden`: robots.txt forbids the request; "
                '`placeholder`: shared by so many sets that it is a placeholder ("no image")',
                *("ok", "no url", "gone", "failed", "rejected", "forbidden", "placeholder"),
            ),
            *can_be_empty(
                integer("http_status", "status of the response", 100, 599),
                integer("bytes", "size of the picture", 1),
                SHA256,
                integer("width", "its sides in pixels, turned upright", 1),
                integer("height", "its sides in pixels, turned upright", 1),
                hexadecimal("perceptual_hash", "256 bits; those of near-duplicates differ in few"),
                text("etag", "the server's tag for this version of the picture, with its quotes"),
                text(
                    "error",
                    "why there is no usable picture: `HTTP 404`, `timeout`, `truncated`, `smaller than 32 pixels`, …; "
                    "or why the picture is from a later URL, unless the earlier one has none: `an earlier URL failed`, "
                    "`shared by many sets`, or the limit that refused it",
                ),
            ),
        ),
    ),
)

JOIN = (
    File(
        str(paths.labelled),
        "The sets with a picture and a theme, sorted by `set_id`.",
        (
            SET_ID,
            *can_be_empty(NAME, YEAR),
            text("theme", "name of its theme"),
            text("root_theme", "name of the root theme above it"),
            text("theme_path", "names from the root to its theme, joined by ` / `; a slash in a name has no spaces"),
            SHA256,
        ),
    ),
    File(
        str(paths.unlabelled),
        "The other sets, sorted by `set_id`.",
        (
            SET_ID,
            *can_be_empty(NAME),
            text(
                "reason",
                "`unmatched`: not in Rebrickable's table of sets; `orphan theme`: its theme, or a parent, is not in "
                "the table of themes; `without picture`: see `detail`",
                *("unmatched", "orphan theme", "without picture"),
            ),
            text("detail", "the reason in words, or the `error` or `status` of its picture"),
        ),
    ),
    File(
        str(paths.theme_paths),
        "Every theme of Rebrickable, sorted.",
        (text("theme_path", "names from the root to the theme, joined as in `labelled.csv`"),),
    ),
    File(
        str(paths.join_metrics),
        "The counts of sets.",
        (
            integer("sets", "all sets of the source", 1),
            integer("labelled", "sets with a picture and a theme", 1),
            integer("unmatched", "sets left out for this reason", 0),
            integer("orphan_theme", "sets left out for this reason", 0),
            integer("without_picture", "sets left out for this reason", 0),
            integer("root_themes", "root themes of the labelled sets", 1),
            integer("themes", "themes of the labelled sets", 1),
            integer("sets_without_variant", "labelled sets whose number does not end in a variant of digits", 0),
            integer("sets_with_dots", "labelled sets whose number has a dot", 0),
            integer("numbers_with_variants", "numbers, without variant, of several labelled sets", 0),
            integer("numbers_in_several_root_themes", "those whose sets are in several root themes", 0),
            integer("sets_with_namesakes", "labelled sets that share name and year with another number", 0),
        ),
    ),
)

REGROUP = (
    File(
        str(paths.dataset),
        "The sets that the rules of `regroup` keep, sorted by `set_id`.",
        (SET_ID, LABEL, FAMILY, SPLIT),
    ),
    File(
        str(paths.other_themes),
        "The sets whose theme has no label, sorted by `set_id`, without families that have one; only headings if "
        "there are none.",
        (SET_ID, text("theme", "path of the theme, from its root"), FAMILY, SPLIT),
    ),
    File(
        str(paths.dataset_metrics),
        "The counts of the dataset.",
        (
            PICTURES,
            integer("dropped", "labelled sets that the rules leave out", 0),
            integer("labels", "number of labels", 2),
            integer("families", "number of families", 1),
            *SPLIT_COUNTS,
        ),
    ),
    File(str(paths.labels_plot), "The pictures of each label in each split.", (LABEL, SPLIT, PICTURES)),
)

RESIZE = (
    File(
        str(paths.shards / "{split}-{number}-of-{count}.tfrecord"),
        "The pictures of a split in shuffled order, at most `resize.pictures_per_shard` to a file, as "
        "`tf.train.Example` in TensorFlow's TFRecord format. Files are numbered from `00000`. "
        "`themer.shards.files.read_examples` reads them. Splits that start with `other_` hold the sets of other "
        "themes.",
        (SET_ID, *RECORD),
    ),
    File(
        str(paths.shards / "shards.json"),
        "A summary of the shards.",
        (
            LABELS,
            SIZE,
            FILL,
            *within("pictures", *SPLIT_COUNTS, *OTHER_COUNTS),
            *can_be_missing(text("other_themes[]", "the themes of other sets in the order of their indices")),
        ),
    ),
    File(
        str(paths.photos_table),
        "The user's photos, sorted by `photo`; only headings if there are none.",
        (
            text("photo", "`photos/{folder}/{file name}` within `data`"),
            text("label", "label of its folder, or `None of these themes`"),
            text("family", "first of the near-duplicate photos, or the family of a near-duplicate set"),
            text("split", "whether it joins training or is held out", "train", "test"),
        ),
    ),
    File(
        str(paths.photo_shards / "{split}-{number}-of-{count}.tfrecord"),
        "The photos of a split, in the same form; one empty file if there are none.",
        (text("set_id", "`photo` of `data/photos.csv`"), *RECORD),
    ),
    File(
        str(paths.photo_shards / "shards.json"),
        "A summary of the photos' shards.",
        (
            LABELS,
            SIZE,
            FILL,
            *within(
                "pictures",
                integer("train", "photos of the labels' themes that join training", 0),
                integer("test", "held-out photos of the labels' themes", 0),
                *can_be_missing(
                    integer("other_train", "photos of other themes that join training", 0),
                    integer("other_test", "held-out photos of other themes", 0),
                ),
            ),
            *can_be_missing(text("other_themes[]", "None of these themes, if there are such photos")),
        ),
    ),
)

FEATURES = (
    File(
        str(paths.features / "networks.json"),
        "The networks of `train.network`, in the order of their features. Each has a folder of its own.",
        (text("networks[]", "names of networks"),),
    ),
    File(
        str(paths.features / "{network}" / "features.json"),
        "A summary of a network's features.",
        (
            text("fingerprint", "digest of the settings, shards and code that they depend on"),
            integer("width", "block features of a picture; 0 for a network without pretrained weights", 0),
            integer("last_width", "features of the network's last layer, the last ones of these", 0),
            integer("views", "`train.feature_views`", 1, 100),
        ),
    ),
    File(
        str(paths.features / "{network}" / "{split}-{view}.npy"),
        "The frozen backbone's block features of a split (`train`, `validation`, `test`, or `photos` for the photos "
        "that join training), in the order of the shards. View 0 is the unchanged picture; training pictures have "
        "random views as well.",
        (Field("array", "float32", "features of each picture", axes=("pictures", "width")),),
        only="with a pretrained network",
    ),
)

TRAIN = (
    File(
        str(paths.classifier),
        "The trained classifier, which `keras.models.load_model` opens: a zip archive with a further member, "
        "`themer.json`. It takes pixels from 0 to 255, float32 [pictures, size, size, 3], and returns the calibrated "
        "probability of each label.",
        (
            Field("config.json", "anything", "Keras's description of the layers"),
            Field("metadata.json", "anything", "version of Keras"),
            Field("model.weights.h5", "anything", "the weights"),
            *DESCRIPTION,
        ),
    ),
    File(
        str(paths.train_metrics),
        "The figures of the trained network.",
        (
            integer("parameters", "parameters of the network", 1),
            integer("trainable_parameters", "those that training changes", 1),
            TEMPERATURE,
            share("validation_accuracy", "accuracy on the validation split"),
            number("validation_loss", "calibrated log loss on the validation split", 0),
        ),
    ),
    File(
        str(paths.history),
        "The loss and accuracy of each epoch. Epoch 0 is the linear classifier on the frozen features.",
        (
            integer("epoch", "number of the epoch", 0),
            text("split", "the split", "train", "validation"),
            number("loss", "mean loss; for `train` on augmented views, weighted as `train.imbalance` says", 0),
            ACCURACY,
        ),
    ),
)

CROSS_VALIDATE = (
    File(
        str(paths.out_of_fold),
        "The prediction for each picture by a classifier trained without its family, sorted by `set_id`. "
        "Only headings if cross-validation is skipped.",
        (SET_ID, LABEL, FOLD, PROBABILITIES),
    ),
    File(
        str(paths.calibration),
        "The confidence of each held-out prediction, by classifiers trained without its family on pictures and their "
        "views, sorted by `set_id`: first the picture, then its random views. Only headings if cross-validation is "
        "skipped.",
        (SET_ID, FAMILY, CONFIDENCE, CORRECT),
    ),
    File(
        str(paths.other_splits),
        "The predictions for held-out pictures under three ways to split. Only headings if cross-validation is "
        "skipped or `cross_validate.other_splits` is off.",
        (
            WAY_TO_SPLIT,
            SET_ID,
            FOLD,
            *can_be_empty(text("predicted", "the predicted label; empty if no training picture has its label")),
        ),
    ),
    File(
        str(paths.label_issues),
        "The sets whose label looks wrong, the most suspicious first. Only headings if cross-validation is skipped.",
        (
            SET_ID,
            *can_be_empty(NAME),
            LABEL,
            text("suggested", "the label that fits better"),
            share("label_probability", "probability of the label"),
            share("suggested_probability", "probability of the suggested label"),
            number("margin", "the second probability minus the first", -1, 1),
        ),
    ),
    File(
        str(paths.theme_pairs),
        "At most 50 pairs of labels that are hard to tell apart: confused pairs by falling gain, then those with the "
        "nearest features. Only headings if cross-validation is skipped.",
        (
            text("a", "the two labels"),
            text("b", "the two labels"),
            integer("pictures_a", "pictures with each of them", 0),
            integer("pictures_b", "pictures with each of them", 0),
            *can_be_empty(
                share("confusion", "pictures of both that are predicted as the other label"),
                share("soft_confusion", "mean probability of the other label"),
                number("distance", "cosine distance of their mean features; empty without features", 0, 2),
            ),
            share("gain", "rise of the accuracy if both were one label"),
        ),
    ),
)

EXPORT = (
    File(
        str(paths.model),
        "The served model, for LiteRT. Its signature takes `pixels`, float32 [1, size, size, 3]: RGB from 0 to 255, "
        "cropped to the box of the pixels that differ from the first one by more than 16 in a channel (the whole "
        "picture if there is none, or if the box's longer side is below an eighth of the picture's), scaled by "
        "Pillow's Hamming filter, and padded with `fill`. It returns `logits`, whose softmax is the calibrated "
        "probability, `features`, and for most networks `block_features` and `class_maps`, what each place in the "
        "picture adds to each logit. A zip archive with these members is appended.",
        (hexadecimal("classifier.sha256", "SHA-256 of the `classifier.keras` that it was made from"), *DESCRIPTION),
    ),
    File(
        str(paths.index / "index.json"),
        "When the model abstains: if its confidence is below `threshold`, the probability of one of the labels' themes "
        "is below `boundary`, or the distance to the k-th nearest training picture is above `limit`.",
        (
            hexadecimal("model_sha256", "SHA-256 of `classifier.keras`"),
            hexadecimal("made_from", "fingerprint of all that the model and its index depend on", 16),
            integer("labels", "labels of the model", 2),
            integer("width", "features of a picture", 1),
            integer("block_width", "block features of a picture", 1),
            integer("neighbours", "k of the k-th nearest training picture", 1),
            share("quantile", "validation views within the limit"),
            number("limit", "largest cosine distance at which the model predicts", 0, 2),
            THRESHOLD,
            BOUNDARY,
        ),
    ),
    File(
        str(paths.index / "boundary.npy"),
        "A linear classifier that tells the labels, its first classes, from other root themes: each class has its "
        "weights, then its bias. It takes block features, scaled to length 1, then the square root of each with its "
        "sign. Empty if too few pictures show other themes.",
        (Field("array", "float32", "weights and bias", axes=("classes", "block_width + 1")),),
    ),
    File(
        str(paths.index / "shares.csv"),
        "How likely each picture outside the test split shows one of the labels, from which `boundary` is chosen.",
        (
            text("set_id", "set number, or `photo` of a photo"),
            FAMILY,
            text("other", "whether its theme has no label", "yes", "no"),
            share("share", "probability of one of the labels' themes, held out"),
            CONFIDENCE,
        ),
    ),
    File(
        str(paths.index / "features.npy"),
        "The features of each picture in `pictures.csv`, scaled to length 1.",
        (Field("array", "float16", "features of each picture", axes=("pictures", "width")),),
    ),
    File(
        str(paths.index / "pictures.csv"),
        "A row for each row of features: the photos that join training, then the sets by split.",
        (
            text("set_id", "set number, or `photo` of a photo"),
            text("label", "label, or theme of a set without one"),
            text("split", "where the picture belongs", "photos", "other_photos", *SPLIT.choices, *OTHER_SPLITS),
            *can_be_empty(NAME, YEAR, text("page", "URL of the set's page, from `set_page` of the source")),
        ),
    ),
    File(
        str(paths.index / "validation.csv"),
        "The model's confidence in each validation picture. Without cross-validation, the threshold is chosen from it.",
        (
            SET_ID,
            CONFIDENCE,
            CORRECT,
        ),
    ),
    File(
        str(paths.view_shards / "{split}-{number}-of-{count}.tfrecord"),
        "A photograph-like view of each test picture, in the same form as the picture in `data/shards`.",
        (SET_ID, *RECORD),
    ),
    File(
        str(paths.view_shards / "shards.json"),
        "A summary of the views' shards.",
        (
            LABELS,
            SIZE,
            FILL,
            *within(
                "pictures",
                integer("test", "views", 0),
                *can_be_missing(integer("other_test", "views of other themes", 0)),
            ),
            *can_be_missing(text("other_themes[]", "the themes of other sets in the order of their indices")),
        ),
    ),
    File(
        str(paths.export_metrics),
        "The figures of the served model.",
        (
            integer("bytes", "size of the model", 1),
            THRESHOLD,
            share("risk_bound", "upper bound of the risk of new predictions"),
            Field("risk_holds", "anything", "whether that is at most `export.accepted_risk`"),
            BOUNDARY,
            share("other_themes_bound", "upper bound of the share of other themes that gets a label"),
            Field("other_themes_holds", "anything", "whether that is at most `export.accepted_other_themes`"),
        ),
    ),
)

EVALUATE = (
    File(
        str(paths.test_decisions),
        "Whether the model is sure of each test picture, and of a photograph-like view of it; also for other themes.",
        (
            SET_ID,
            text("kind", "what the picture is", "picture", "view", "other theme", "view of other theme"),
            FAMILY,
            text("correct", "whether the prediction is correct; never for other themes", "yes", "no"),
            CONFIDENCE,
            share("known", "probability that the picture shows one of the labels"),
            text("sure", "whether the model predicts or abstains", "yes", "no"),
        ),
    ),
    File(
        str(paths.test_predictions),
        "The served model's prediction for each test picture, in the order of the shards.",
        (SET_ID, LABEL, text("sure", "whether the model predicts or abstains", "yes", "no"), PROBABILITIES),
    ),
    File(
        str(paths.evaluate_metrics),
        "The headline scores on the test split. All but the `answered` ones count every prediction, whether the model "
        "abstains or not.",
        (
            PICTURES,
            *SCORED,
            MACRO_F1,
            *can_be_missing(TOP_5),
            share("baseline_accuracy", "accuracy of always predicting the most frequent training label"),
            LOG_LOSS,
            share("calibration_error", "mean gap between confidence and accuracy, in 15 bins of confidence"),
            share("calibration_error_before", "the same before calibration"),
            share("confidence_level", "that of all intervals: `evaluate.confidence_level`"),
            *FIRM,
            share("views_answered", "the same for a photograph-like view of each test picture"),
            *interval("views_answered_", BY_FAMILY),
            *can_be_missing(
                share("views_answered_accuracy", "accuracy on these"), *interval("views_answered_accuracy_", BY_FAMILY)
            ),
            integer("other_themes", "test pictures of other themes", 0),
            *can_be_missing(
                share("other_themes_answered", "the share of them that gets a label"),
                *interval("other_themes_answered_", BY_FAMILY),
                share("other_themes_views_answered", "the same for photograph-like views of them"),
                *interval("other_themes_views_answered_", BY_FAMILY),
            ),
        ),
    ),
    File(
        str(paths.photo_metrics),
        "The scores on the user's held-out photos; `photos` alone if there are none.",
        (
            integer("photos", "held-out photos of the labels' themes, which all scores but the last count", 0),
            *can_be_missing(
                *SCORED,
                *FIRM,
                *within("themes", share("*", "accuracy of each label")),
                integer("other_photos", "held-out photos of other themes", 0),
                share("other_photos_answered", "the share of them that gets a label"),
                *interval("other_photos_answered_", BY_FAMILY),
            ),
        ),
    ),
    File(
        str(paths.theme_metrics),
        "A list with the scores of each label against all others, the label with the most test pictures first. "
        "A score without pictures to compute it from is empty.",
        (
            THEME,
            *can_be_empty(
                PRECISION,
                RECALL,
                share("f1", "harmonic mean of both"),
                share("roc_auc", "area under the ROC curve"),
            ),
            integer("support", "test pictures with this label", 0),
        ),
    ),
    File(
        str(paths.headline),
        "The headline scores for the plot.",
        (
            text(
                "measure",
                "the score; the last is the baseline",
                *("Accuracy", "Balanced accuracy", "Macro-F1", "Most frequent theme"),
            ),
            share("value", "its value"),
            *can_be_empty(*LOW_HIGH),
        ),
    ),
)

REPORT = (
    File(
        str(paths.cross_validation_metrics),
        "The scores of the out-of-fold predictions; empty if cross-validation is skipped.",
        (
            integer("folds", "`cross_validate.folds`; 0: skipped", 0, 20),
            *can_be_empty(PICTURES, *SCORED, MACRO_F1, *MACRO_F1_INTERVAL, LOG_LOSS),
            *can_be_missing(*can_be_empty(TOP_5)),
        ),
    ),
    File(
        str(paths.slice_metrics),
        "The kind of at least ten test pictures with the lowest accuracy; empty if every kind is smaller.",
        can_be_empty(
            text("worst_slice", "attribute and slice, as in `plots/slices.csv`"),
            share("worst_slice_accuracy", "its accuracy"),
            integer("worst_slice_pictures", "its number of pictures", 10),
        ),
    ),
    File(
        str(paths.confusion),
        "The confusion matrix: first each label with itself, then each pair that occurs.",
        (
            text("actual", "label of the pictures"),
            text("predicted", "label that the model predicts"),
            integer("pictures", "number of these pictures", 0),
        ),
    ),
    File(
        str(paths.roc),
        "The corners of each label's ROC curve against all others, from (0, 0) to (1, 1).",
        (
            THEME,
            share("fpr", "false positive rate"),
            share("tpr", "true positive rate"),
            share("auc", "area under the whole curve"),
        ),
    ),
    File(
        str(paths.precision_recall),
        "The corners of each label's precision-recall curve against all others, recall rising from 0.",
        (THEME, RECALL, PRECISION, share("average_precision", "area under the whole curve, as steps")),
    ),
    File(
        str(paths.reliability),
        "The test pictures in ten equal bins of confidence; empty bins are left out.",
        (share("confidence", "mean confidence"), ACCURACY, PICTURES),
    ),
    File(
        str(paths.risk_coverage),
        "What a threshold gains and costs: for each curve at most 400 rows, coverage rising.",
        (
            share("coverage", "test pictures at or above the threshold"),
            share("risk", "wrong predictions among these, or pictures of other themes that get a label"),
            share("threshold", "of the confidence, or the boundary"),
            text("curve", "which of the two"),
        ),
    ),
    File(
        str(paths.top_k),
        "The top-k accuracy.",
        (integer("k", "how many of the most probable labels count", 1, 10), share("accuracy", "label among these")),
    ),
    File(
        str(paths.slices),
        "The accuracy on each kind of test picture.",
        (
            text("attribute", "what distinguishes them", "decade", "shape", "size", "background", "name and year"),
            text(
                "slice",
                "the kind, such as `1990s`; `in several families`: sets of another family have this name and year",
            ),
            PICTURES,
            ACCURACY,
            *LOW_HIGH,
        ),
    ),
    File(
        str(paths.splits),
        "The scores under the ways to split in `data/other_splits.csv`, each with its own held-out pictures.",
        (
            WAY_TO_SPLIT,
            PICTURES,
            integer("left_out", "held-out pictures whose label no training picture has; not scored", 0),
            integer("near_duplicates", "scored pictures with a near-duplicate in the training set", 0),
            *SCORED,
            MACRO_F1,
            *MACRO_F1_INTERVAL,
        ),
    ),
    File(str(paths.result), "The confusion matrix and the ROC curves in one picture."),
    File(str(paths.mistakes), "Test pictures in a grid of actual by predicted labels."),
    File(str(paths.label_issues_sheet), "The 24 most suspicious pictures, each with its label and the suggested one."),
    File(str(paths.vega), "Vega, Vega-Lite and Vega-Embed in one script, for the page that `dvc plots show` writes."),
    File(str(paths.model_card), "What to know before using the model, with figures from the files above."),
)

STAGES: dict[str, tuple[File, ...]] = {
    "fetch": FETCH,
    "download": DOWNLOAD,
    "join": JOIN,
    "regroup": REGROUP,
    "resize": RESIZE,
    "features": FEATURES,
    "train": TRAIN,
    "cross_validate": CROSS_VALIDATE,
    "export": EXPORT,
    "evaluate": EVALUATE,
    "report": REPORT,
}
