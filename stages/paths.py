"""Every file and folder of the pipeline, named once, relative to the project's folder.

The stages, the app and the benchmarks take their paths from here; a test compares them with dvc.yaml.
"""

from pathlib import Path

# Inputs
params = Path("params.yaml")  # every setting
lock = Path("dvc.lock")  # the digests of all inputs and outputs, written by DVC
photos = Path("data/photos")  # the user's own photos, a folder for each label
photos_record = Path("data/photos.dvc")  # the digest of the photos, written by DVC

# fetch
raw = Path("data/raw")  # the services' data, as they sent them
sets = raw / "sets.json"  # every set, as Brick Insights describes it
source = raw / "source.json"  # which source the snapshot comes from, and its day
rebrickable = raw / "rebrickable"  # Rebrickable's tables
sets_table = rebrickable / "sets.csv.gz"  # the theme, year and picture of each set
themes_table = rebrickable / "themes.csv.gz"  # the tree of themes

# download
thumbnails = Path("data/thumbnails")  # a picture of each set
thumbnails_table = Path("data/thumbnails.csv")  # a row for each set: status, size, digest and hash of its picture

# join
labelled = Path("data/labelled.csv")  # the sets with a picture and a theme
unlabelled = Path("data/unlabelled.csv")  # the other sets, each with the reason
theme_paths = Path("data/theme_paths.csv")  # every theme, with those above it
join_metrics = Path("metrics/join.json")  # how many sets have a picture and a theme, and how many have not

# regroup
dataset = Path("data/dataset.csv")  # the label, family and split of each set
other_themes = Path("data/other_themes.csv")  # the sets whose theme has no label: theme, family and split
dataset_metrics = Path("metrics/dataset.json")  # how many pictures, labels and families there are
labels_plot = Path("plots/labels.csv")  # how many pictures each label has in each split

# resize
shards = Path("data/shards")  # squared pictures of sets, in TFRecord files
photo_shards = Path("data/photo_shards")  # the same for the user's photos
photos_table = Path("data/photos.csv")  # the label, family and split of each photo

# features
features = Path("data/features")  # the frozen backbone's features of each picture and view

# train
checkpoint = Path("models/.checkpoint")  # the state after each epoch, to resume from; not an output
classifier = Path("models/classifier.keras")  # the trained classifier in one file
train_metrics = Path("metrics/train.json")  # temperature, parameters, and scores on the validation split
history = Path("plots/history.csv")  # loss and accuracy after each epoch

# cross_validate
fold_checkpoint = Path("models/.folds")  # the predictions of finished folds, to resume from; not an output
out_of_fold = Path("data/out_of_fold.csv")  # a prediction for each set, by a model that saw none of its family
calibration = Path("data/calibration.csv")  # confidence of each held-out prediction, of pictures and of their views
other_splits = Path("data/other_splits.csv")  # predictions under random splits and splits by year
label_issues = Path("data/label_issues.csv")  # the sets whose label looks wrong
theme_pairs = Path("plots/theme_pairs.csv")  # the pairs of labels that are hardest to tell apart

# export
model = Path("models/classifier.tflite")  # the classifier that is served, run by LiteRT
index = Path("models/index")  # the features of all pictures, and when the model abstains
view_shards = Path("data/view_shards")  # a photograph-like view of each test picture, to be evaluated
export_metrics = Path("metrics/export.json")  # the size of the served model, and its threshold

# evaluate
test_predictions = Path("data/test_predictions.csv")  # the served model's prediction for each test picture
test_decisions = Path("data/test_decisions.csv")  # whether the model is sure, also of other themes and of views
evaluate_metrics = Path("metrics/evaluate.json")  # the headline scores on the test split
photo_metrics = Path("metrics/photos.json")  # the scores on the user's own held-out photos
theme_metrics = Path("metrics/themes.json")  # precision, recall, F1 and ROC AUC of each label
headline = Path("plots/headline.csv")  # the headline scores with their intervals

# report
cross_validation_metrics = Path("metrics/cross_validation.json")  # scores of the out-of-fold predictions
slice_metrics = Path("metrics/slices.json")  # the kind of pictures with the lowest accuracy
plots = Path("plots")  # everything that is drawn
confusion = plots / "confusion.csv"  # the confusion matrix
roc = plots / "roc.csv"  # ROC curves
precision_recall = plots / "precision_recall.csv"  # precision-recall curves
reliability = plots / "reliability.csv"  # the reliability diagram
risk_coverage = plots / "risk_coverage.csv"  # risk against coverage
top_k = plots / "top_k.csv"  # top-k accuracy
slices = plots / "slices.csv"  # accuracy by decade, shape, size, background and namesakes
splits = plots / "splits.csv"  # what other ways to split would show
result = plots / "result.png"  # confusion matrix and ROC curves in one picture
mistakes = plots / "mistakes.png"  # pictures by actual and predicted label
label_issues_sheet = plots / "label_issues.png"  # the pictures whose label looks wrong
vega = plots / "vega.js"  # the library that draws the page of plots
model_card = Path("MODEL_CARD.md")  # what to know before using the model
