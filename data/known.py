"""What is known of each data set: classes, sizes, pixel statistics, and how to obtain it."""

from dataclasses import dataclass

from data import sample


@dataclass(frozen=True)
class KnownDataSet:
    """Facts of one data set of 32 x 32 RGB images.

    Attributes:
        title: what to call it wherever a result is quoted.
        classes: names, in the order of the labels.
        train: number of training images (validation images are split off these).
        test: number of test images.
        mean: of the training pixels in [0, 1], for each channel.
        std: likewise.
    """

    title: str
    classes: tuple[str, ...]
    train: int
    test: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


# CIFAR-10: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images".
CIFAR10_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"
CIFAR10_ARCHIVE = "cifar-10-python.tar.gz"
CIFAR10_ARCHIVE_SIZE = "170 MB"
CIFAR10_ARCHIVE_MD5 = "c58f30108f718f92721af3b95e74349a"
CIFAR10_FOLDER = "cifar-10-batches-py"
CIFAR10_TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
CIFAR10_TEST_FILES = ("test_batch",)
CIFAR10_META_FILE = "batches.meta"
CIFAR10_MD5 = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
    "batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
}

CIFAR10 = KnownDataSet(
    title="CIFAR-10",
    classes=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    train=50_000,
    test=10_000,
    mean=(0.4914, 0.4822, 0.4465),
    std=(0.2470, 0.2435, 0.2616),
)

SAMPLE = KnownDataSet(
    title="the embedded sample (procedural images, not CIFAR-10)",
    classes=tuple(sample.PATTERNS),
    train=sample.TRAIN,
    test=sample.TEST,
    mean=(0.4997, 0.5013, 0.4990),
    std=(0.2796, 0.2790, 0.2809),
)
