#!/usr/bin/env bash
# `CategoricalFocalCrossentropy` of logits, for an example that a model gets very wrong.
#
# Versions: keras 3.15.1, tensorflow 2.21.0 as its backend.
# Behaviour: with `from_logits=True` it computes the softmax first and lifts each probability to at least 1e-7. So the
# loss of an example stops at 16.1, and its gradient is 0: training never corrects an example whose wrong logit is more
# than 16 above the right one. The documentation says that the loss focuses more on hard examples, and that a gamma of
# 0 leaves categorical cross-entropy. `CategoricalCrossentropy` and `BinaryFocalCrossentropy` compute with the logits
# themselves, and have a gradient. Nothing warns.
# It matters to fine-tuning with mislabelled or rare examples: the worst of them count for nothing.
# Seen, the loss and the gradient of the right logit (alpha is 1):
#   wrong logit 15 above   focal 15.0, -1   gamma 0 15.0, -1   cross-entropy 15.0, -1   binary focal 15.0, -1
#   wrong logit 17 above   focal 16.1,  0   gamma 0 16.1,  0   cross-entropy 17.0, -1   binary focal 17.0, -1
#   wrong logit 30 above   focal 16.1,  0   gamma 0 16.1,  0   cross-entropy 30.0, -1   binary focal 30.0, -1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q keras==3.15.1 tensorflow==2.21.0
KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>"$folder/log" <<'PYTHON' | tee "$folder/seen"
import tensorflow as tf
from keras import losses


def loss_and_gradient(loss, label, logits):
    """The loss of one example, and its gradient with respect to the first logit."""
    variable = tf.Variable([logits])
    with tf.GradientTape() as tape:
        value = loss(tf.constant([label]), variable)
    return f"{float(value):.1f}, {round(float(tape.gradient(value, variable)[0, 0])):2}"


focal = losses.CategoricalFocalCrossentropy(alpha=1.0, from_logits=True)
without_focus = losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=0.0, from_logits=True)
plain = losses.CategoricalCrossentropy(from_logits=True)
binary = losses.BinaryFocalCrossentropy(from_logits=True)
for above in (15.0, 17.0, 30.0):
    label, logits = [1.0, 0.0, 0.0], [0.0, above, 0.0]
    texts = [loss_and_gradient(loss, label, logits) for loss in (focal, without_focus, plain)]
    texts.append(loss_and_gradient(binary, [1.0], [-above]))
    names = ("focal", "gamma 0", "cross-entropy", "binary focal")
    print(f"wrong logit {above:g} above", *(f"{name} {text}" for name, text in zip(names, texts, strict=True)), sep="   ")
PYTHON
diff "$folder/seen" - <<'SEEN'
wrong logit 15 above   focal 15.0, -1   gamma 0 15.0, -1   cross-entropy 15.0, -1   binary focal 15.0, -1
wrong logit 17 above   focal 16.1,  0   gamma 0 16.1,  0   cross-entropy 17.0, -1   binary focal 17.0, -1
wrong logit 30 above   focal 16.1,  0   gamma 0 16.1,  0   cross-entropy 30.0, -1   binary focal 30.0, -1
SEEN
