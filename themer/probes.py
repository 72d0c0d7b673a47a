"""A linear probe: the best linear classifier on a pretrained network's features, before the network itself learns.

Fine-tuning from there keeps more of what the pretrained network knows than fine-tuning from a random classifier does
(Kumar et al., https://arxiv.org/abs/2202.10054).
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
from tqdm import tqdm

from themer.epochs import TrainingPictures
from themer.quiet_tensorflow import keras

INVERSE_REGULARIZATION = 1.0
MAXIMUM_ITERATIONS = 500


def fit_probe(model: keras.Model, pictures: TrainingPictures) -> dict[str, float]:
    """Set the classifier of a pretrained model to a logistic regression on the features of the training pictures.

    Returns its mean loss and its accuracy on them.
    """
    features, labels = _features(model.get_layer("backbone"), pictures)
    class_weight = None if pictures.settings.imbalance == "none" else "balanced"
    probe = LogisticRegression(C=INVERSE_REGULARIZATION, class_weight=class_weight, max_iter=MAXIMUM_ITERATIONS)
    # On one thread, since sums in another order would end in other bytes.
    with threadpool_limits(1):
        probe.fit(features, labels)
        answers = probe.predict_proba(features)
    weights, biases = probe.coef_, probe.intercept_
    if len(weights) == 1:
        # Two labels have one logit, which a softmax takes as the difference of two.
        weights, biases = np.concatenate([-weights, weights]) / 2, np.concatenate([-biases, biases]) / 2
    model.get_layer("probabilities").set_weights([weights.T, biases])
    loss = log_loss(labels, answers, sample_weight=pictures.weights[labels])
    return {"loss": loss, "accuracy": float((answers.argmax(axis=1) == labels).mean())}


def _features(backbone: keras.Model, pictures: TrainingPictures) -> tuple[np.ndarray, np.ndarray]:
    """Return the features, float32 [n, features], and the labels of all training pictures as they are."""
    features, labels = [], []
    for pixels, label in tqdm(pictures.plain("train"), desc="features", unit="batch"):
        features.append(backbone.predict_on_batch(pixels))
        labels.append(label.numpy())
    return np.concatenate(features), np.concatenate(labels)
