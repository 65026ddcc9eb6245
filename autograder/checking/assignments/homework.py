"""The homework: a Vision Transformer, trained on CIFAR-10."""

from __future__ import annotations

from .record import (
    ATTENTION_MAP,
    IMAGES,
    OUTPUT,
    PATCHES,
    TOKENS,
    WEIGHTS,
    Assignment,
    Function,
    Stage,
    numbers,
)

VIT = "Dosovitskiy et al. 2021"
TRANSFORMER = "Vaswani et al. 2017"

SPLIT = Function(
    name="split_indices",
    module="utils",
    arguments=numbers("num_examples", "validation_fraction", "seed"),
    answers={OUTPUT: ("examples",)},
    reading="the docstring of split_indices",
    by_chance=True,
    stand_in=False,
    methods={},
)
SCALE = Function(
    name="scale_to_unit",
    module="utils",
    arguments={"images": IMAGES},
    answers={OUTPUT: IMAGES},
    reading="the docstring of scale_to_unit",
    by_chance=False,
    stand_in=False,
    methods={},
    elementwise=True,
)
NORMALIZE = Function(
    name="normalize",
    module="utils",
    arguments={"images": IMAGES, "mean": ("channels",), "std": ("channels",)},
    answers={OUTPUT: IMAGES},
    reading="the docstring of normalize",
    by_chance=False,
    stand_in=False,
    methods={},
)
FLIP = Function(
    name="random_horizontal_flip",
    module="utils",
    arguments={"images": IMAGES, **numbers("probability")},
    answers={OUTPUT: IMAGES},
    reading="He et al. 2016, section 4.2 (flips and padded crops)",
    by_chance=True,
    stand_in=False,
    methods={},
)
CROP = Function(
    name="random_crop",
    module="utils",
    arguments={"images": IMAGES, **numbers("padding", "probability")},
    answers={OUTPUT: IMAGES},
    reading="He et al. 2016, section 4.2 (flips and padded crops)",
    by_chance=True,
    stand_in=False,
    methods={},
)
ERASE = Function(
    name="random_erase",
    module="utils",
    arguments={"images": IMAGES, **numbers("size", "probability")},
    answers={OUTPUT: IMAGES},
    reading="Zhong et al. 2020, section 3",
    by_chance=True,
    stand_in=False,
    methods={},
)
CUT = Function(
    name="images_to_patches",
    module="ViT",
    arguments={"images": IMAGES, **numbers("patch_size")},
    answers={OUTPUT: PATCHES},
    reading=f"{VIT}, section 3.1, first paragraph",
    by_chance=False,
    stand_in=True,
    methods={},
)
JOIN = Function(
    name="patches_to_images",
    module="ViT",
    arguments={"patches": PATCHES, **numbers("patch_size", "height", "width")},
    answers={OUTPUT: IMAGES},
    reading=f"{VIT}, section 3.1, first paragraph",
    by_chance=False,
    stand_in=True,
    methods={},
)
ATTENTION = Function(
    name="scaled_dot_product_attention",
    module="transformer-attention",
    arguments={
        "queries": ("queries", "numbers"),
        "keys": ("keys", "numbers"),
        "values": ("keys", "numbers"),
    },
    answers={OUTPUT: ("queries", "numbers"), WEIGHTS: ATTENTION_MAP},
    reading=f"{TRANSFORMER}, section 3.2.1; {VIT}, appendix A, equations 6 and 7",
    by_chance=False,
    stand_in=False,
    methods={},
)
ONE_HEAD = Function(
    name="SelfAttention",
    module="transformer-attention",
    arguments={"tokens": TOKENS},
    answers={OUTPUT: TOKENS},
    reading=f"{VIT}, appendix A, equations 5 to 7",
    by_chance=False,
    stand_in=False,
    methods={},
)
MANY_HEADS = Function(
    name="MultiHeadSelfAttention",
    module="transformer-attention",
    arguments={"tokens": TOKENS, **numbers("return_weights")},
    answers={OUTPUT: TOKENS, WEIGHTS: ATTENTION_MAP},
    reading=f"{TRANSFORMER}, section 3.2.2; {VIT}, appendix A, equation 8",
    by_chance=False,
    stand_in=True,
    methods={},
)
MLP = Function(
    name="MLP",
    module="transformer-student",
    arguments={"tokens": TOKENS},
    answers={OUTPUT: TOKENS},
    reading=f"{VIT}, section 3.1; Hendrycks & Gimpel 2016 for the GELU",
    by_chance=False,
    stand_in=True,
    methods={},
)
BLOCK = Function(
    name="EncoderBlock",
    module="transformer-student",
    arguments={"tokens": TOKENS},
    answers={OUTPUT: TOKENS},
    reading=f"{VIT}, section 3.1, equations 2 and 3, and figure 1",
    by_chance=False,
    stand_in=True,
    methods={},
)
ENCODER = Function(
    name="Encoder",
    module="transformer-student",
    arguments={"tokens": TOKENS},
    answers={OUTPUT: TOKENS},
    reading=f"{VIT}, section 3.1, equations 2 to 4, and figure 1",
    by_chance=False,
    stand_in=True,
    methods={},
)
POSITIONS = Function(
    name="sinusoidal_positions",
    module="utils",
    arguments=numbers("num_positions", "embed_dim"),
    answers={OUTPUT: ("positions", "columns")},
    reading=f"{TRANSFORMER}, section 3.5",
    by_chance=False,
    stand_in=False,
    methods={},
)
MODEL = Function(
    name="ViT",
    module="ViT",
    arguments={"images": IMAGES},
    answers={OUTPUT: ("batch", "classes")},
    reading=f"{VIT}, section 3.1, equations 1 to 4, and figure 1",
    by_chance=False,
    stand_in=False,
    methods={"embed": TOKENS},
)

HOMEWORK = Assignment(
    "vit-cifar10",
    (
        Stage("data", "Data", 10, (SPLIT, SCALE, NORMALIZE, FLIP, CROP, ERASE)),
        Stage("patching", "Patching", 10, (CUT, JOIN)),
        Stage("attention", "Attention", 20, (ATTENTION, ONE_HEAD, MANY_HEADS)),
        Stage("encoder", "Encoder", 15, (MLP, BLOCK, ENCODER), needs=("attention",)),
        Stage(
            "vit",
            "The Vision Transformer",
            15,
            (POSITIONS, MODEL),
            needs=("patching", "attention", "encoder"),
        ),
        Stage("training", "Training", 10),
        Stage("questions", "Questions", 20),
    ),
    weights=("vit.safetensors", "resnet.safetensors"),
)
