"""The lab on findings: what a model costs, and what a run that does not learn shows."""

from __future__ import annotations

from .homework import HOMEWORK
from .record import ATTENTION_MAP, OUTPUT, Assignment, Function, Stage, numbers

VIT = "Dosovitskiy et al. 2021"
SIZES = numbers(
    "image_size",
    "patch_size",
    "in_channels",
    "num_classes",
    "embed_dim",
    "hidden_dim",
    "num_layers",
    "num_heads",
    "pool",
)

COUNT_TOKENS = Function(
    name="count_tokens",
    module="findings",
    arguments=numbers("image_size", "patch_size", "pool"),
    answers={},
    reading=f"{VIT}, section 3.1, first paragraph",
    by_chance=False,
    stand_in=False,
    methods={},
)
COUNT_PARAMETERS = Function(
    name="count_parameters",
    module="findings",
    arguments=SIZES,
    answers={},
    reading=f"{VIT}, section 3.1 and appendix A",
    by_chance=False,
    stand_in=False,
    methods={},
)
COUNT_FLOPS = Function(
    name="count_flops",
    module="findings",
    arguments=SIZES,
    answers={},
    reading=f"the docstring of count_flops; {VIT}, appendix A",
    by_chance=False,
    stand_in=False,
    methods={},
)
COUNT_ACTIVATIONS = Function(
    name="count_activations",
    module="findings",
    arguments=SIZES,
    answers={},
    reading="the docstring of count_activations",
    by_chance=False,
    stand_in=False,
    methods={},
)
GRADIENT_NORM = Function(
    name="gradient_norm",
    module="findings",
    arguments=numbers("gradients"),
    answers={OUTPUT: ()},
    reading="the docstring of gradient_norm",
    by_chance=False,
    stand_in=False,
    methods={},
)
ENTROPY = Function(
    name="attention_entropy",
    module="findings",
    arguments={"weights": ATTENTION_MAP},
    answers={OUTPUT: ("heads",)},
    reading="the docstring of attention_entropy",
    by_chance=False,
    stand_in=False,
    methods={},
)
SPREAD = Function(
    name="logit_spread",
    module="findings",
    arguments={"logits": ("batch", "classes")},
    answers={OUTPUT: ()},
    reading="the docstring of logit_spread",
    by_chance=False,
    stand_in=False,
    methods={},
)

LAB_FINDINGS = Assignment(
    "lab-findings",
    (
        Stage(
            "computation",
            "Computation",
            15,
            (COUNT_TOKENS, COUNT_PARAMETERS, COUNT_FLOPS, COUNT_ACTIVATIONS),
        ),
        Stage("instruments", "Instruments", 15, (GRADIENT_NORM, ENTROPY, SPREAD)),
        Stage("questions", "Questions", 40),
    ),
    after=HOMEWORK,
)
