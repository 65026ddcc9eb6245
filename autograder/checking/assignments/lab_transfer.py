"""The lab on transfer: another resolution, and a look inside."""

from __future__ import annotations

from .homework import HOMEWORK
from .record import ATTENTION_MAP, OUTPUT, Assignment, Function, Stage, numbers

VIT = "Dosovitskiy et al. 2021"
POSITIONS = ("batch", "positions", "embed_dim")

RESIZE = Function(
    name="resize_positions",
    module="transfer",
    arguments={"positions": POSITIONS, **numbers("old_grid", "new_grid", "class_token")},
    answers={OUTPUT: POSITIONS},
    reading=f"{VIT}, section 3.2",
    by_chance=False,
    stand_in=False,
    methods={},
)
ROLLOUT = Function(
    name="attention_rollout",
    module="transfer",
    arguments={"weights": ATTENTION_MAP},
    answers={OUTPUT: ("batch", "queries", "keys")},
    reading=f"Abnar and Zuidema 2020, section 3, equation 1; {VIT}, appendix D.8",
    by_chance=False,
    stand_in=False,
    methods={},
)
DISTANCE = Function(
    name="mean_attention_distance",
    module="transfer",
    arguments={"weights": ATTENTION_MAP, **numbers("rows", "columns", "patch_size", "class_token")},
    answers={OUTPUT: ("heads",)},
    reading=f"{VIT}, section 4.5, figure 7 (right), and appendix D.7",
    by_chance=False,
    stand_in=False,
    methods={},
)

LAB_TRANSFER = Assignment(
    "lab-transfer",
    (
        Stage("resizing", "Resizing the positions", 15, (RESIZE,)),
        Stage("rollout", "Looking inside", 15, (ROLLOUT, DISTANCE)),
        Stage("questions", "Questions", 30),
    ),
    after=HOMEWORK,
)
