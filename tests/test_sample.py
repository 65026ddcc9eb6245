"""The embedded sample: the same bytes everywhere, balanced, and not to be told by its colours."""

import hashlib
import json

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import numpy as np
import pytest
import torch

from course import datasets, presets
from data import known, sample

CHECKSUM = "44d7cdf2259c074dd85e8421b8f80d487afc799161c458be7466eca5af5df434"


@pytest.fixture(scope="module")
def parts():
    return sample.generate()


def test_every_machine_draws_the_same_bytes(parts):
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.images.tobytes())
        digest.update(part.labels.astype("<i8").tobytes())
    assert digest.hexdigest() == CHECKSUM


def test_the_seed_decides():
    first, again, other = (sample.generate(20, 10, seed)[0] for seed in (1, 1, 2))
    assert (first.images == again.images).all()
    assert (first.labels == again.labels).all()
    assert (first.images != other.images).any()


def test_it_is_shaped_as_known_and_balanced(parts):
    for part, count in zip(parts, (known.SAMPLE.train, known.SAMPLE.test), strict=True):
        assert part.images.shape == (count, 3, 32, 32)
        assert part.images.dtype == np.uint8
        assert np.bincount(part.labels).tolist() == [count // 10] * 10
        assert len(np.unique(part.labels[:100])) == 10


def test_no_test_image_is_a_training_image(parts):
    train, test = ({image.tobytes() for image in part.images} for part in parts)
    assert len(train) == sample.TRAIN
    assert not train & test


def test_its_known_statistics_are_its_own(parts):
    mean, std = datasets.pixel_statistics(torch.from_numpy(parts[0].images))
    assert mean == pytest.approx(known.SAMPLE.mean, abs=5e-5)
    assert std == pytest.approx(known.SAMPLE.std, abs=5e-5)


def test_a_count_that_cannot_be_balanced_is_refused():
    with pytest.raises(ValueError, match="15 is not a multiple of the 10 classes"):
        sample.generate(15, 10)


@pytest.mark.parametrize("with_spread", [False, True])
@pytest.mark.parametrize("classify", ["nearest mean", "linear", "nearest neighbours"])
def test_colours_tell_little(parts, with_spread, classify):
    (train, labels), (test, truth) = (
        (colour_features(part.images, with_spread), part.labels) for part in parts
    )
    middle, scale = train.mean(axis=0), train.std(axis=0)
    train, test = (train - middle) / scale, (test - middle) / scale
    if classify == "nearest mean":
        means = np.stack([train[labels == label].mean(axis=0) for label in range(10)])
        predicted = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    elif classify == "linear":
        train, test = (np.hstack([part, np.ones((len(part), 1))]) for part in (train, test))
        weights, *_ = np.linalg.lstsq(train, np.eye(10)[labels], rcond=None)
        predicted = (test @ weights).argmax(axis=1)
    else:
        distances = torch.cdist(torch.from_numpy(test), torch.from_numpy(train))
        nearest = labels[distances.topk(25, largest=False).indices.numpy()]
        predicted = np.stack([(nearest == label).sum(axis=1) for label in range(10)]).argmax(0)
    assert (predicted == truth).mean() < 0.2


def colour_features(images, with_spread):
    pixels = images.reshape(len(images), 3, -1) / 255
    features = [pixels.mean(axis=2)] + ([pixels.std(axis=2)] if with_spread else [])
    return np.hstack(features)


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "least"), [("quick-vit", 0.55), ("quick-resnet", 0.7)])
def test_the_quick_presets_learn_it(demo, preset, least):
    (table,) = demo.root.glob(f".vitcourse/weights/*/{presets.FACTS}")
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    (row,) = (row for row in rows if row["preset"] == preset)
    assert least < row["test_accuracy"] < 0.99
