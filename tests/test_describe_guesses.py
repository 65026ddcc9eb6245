"""What the staff's recipes make beforehand says the same in a student's package."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from test_describe import STAFF, called, drawn
from torch.nn import functional as F

from autograder.checking.api.program import Call, Program, Reply
from autograder.checking.feedback.describe import describe, describe_answers
from autograder.checking.feedback.describe.case import Case
from autograder.checking.feedback.describe.precomputed import Guess, Kept, key_of, one_guess, save
from autograder.grading.guesses import Guesser
from autograder.hidden import recipes

MLP = {"embed_dim": 6, "hidden_dim": 10}
TOKENS = drawn(2, 5, 6)


def kept_for(folder: Path) -> tuple[Kept, Any, Any, Any]:
    expected, scene, mlp = called("MLP", TOKENS, init=MLP)
    program = Program("MLP", init=MLP, weights=scene.weights, calls=(Call((TOKENS,)),))
    header = {"calls": [{"value": {"tensor": "out"}}], "state": {}}
    solution = SimpleNamespace(run=lambda asked: Reply(header, {"out": expected}))
    guesser = Guesser(solution)
    assert guesser.run(program).tensors["out"] is expected
    save(folder, "encoder", guesser.kept)
    return Kept(folder, "encoder"), expected, scene, mlp


def test_kept_guesses_say_what_the_recipes_say(tmp_path: Path) -> None:
    kept, expected, scene, mlp = kept_for(tmp_path)
    with torch.no_grad():
        wrong = [
            mlp.fc2(mlp.fc1(TOKENS)),
            mlp.fc2(F.silu(mlp.fc1(TOKENS))),
            F.gelu(mlp(TOKENS)),
            mlp(TOKENS) + TOKENS,
        ]
    for got in wrong:
        said = describe(got, expected, scene, (kept.explain,))
        assert said == describe(got, expected, scene, STAFF) != []


def test_kept_guesses_know_nothing_of_other_inputs(tmp_path: Path) -> None:
    kept, expected, scene, mlp = kept_for(tmp_path)
    other, moved = expected + 1, mlp.fc2(mlp.fc1(TOKENS)).detach() + 1
    assert kept.explain(Case(moved.double(), other.double(), 1e-4, scene)) is None


def test_without_its_files_the_rule_is_silent(tmp_path: Path) -> None:
    _, expected, scene, _ = kept_for(tmp_path)
    nothing = Kept(tmp_path / "elsewhere", "encoder")
    assert nothing.explain(Case(expected.double() + 1, expected.double(), 1e-4, scene)) is None


def test_where_two_guesses_fit_both_are_named() -> None:
    _, scene, _ = called("MLP", TOKENS, init=MLP)
    case = Case(torch.ones(4), torch.zeros(4), 1e-4, scene)
    fitting = [Guess("This.", torch.ones(4)), Guess("That.", torch.ones(4))]
    assert one_guess([*fitting, Guess("Other.", 2 * torch.ones(4))], case) == (
        "Either: This. Or: That."
    )
    assert one_guess([], case) is None


def test_no_guess_is_what_is_expected_or_of_another_shape() -> None:
    expected, scene, _ = called("MLP", TOKENS, init=MLP)
    case = Case(expected.double(), expected.double(), 1e-4, scene)
    guesses = recipes.guesses(case)
    assert len(guesses) > 8
    for guess in guesses:
        assert guess.tensor.shape == expected.shape
        assert not case.same(guess.tensor, case.expected)


def test_a_key_tells_shapes_and_numbers_apart() -> None:
    tensors = [torch.zeros(4), torch.zeros(2, 2), torch.ones(4)]
    assert len({key_of(each) for each in tensors}) == 3


@pytest.mark.parametrize("factor", [0.3, 1.7])
def test_the_output_tells_the_scale_where_no_recipe_is(factor: float) -> None:
    inputs = (drawn(2, 3, 4, 6), drawn(2, 3, 5, 6, seed=1), drawn(2, 3, 5, 7, seed=2))
    expected, scene, _ = called("scaled_dot_product_attention", *inputs)
    scores = factor * inputs[0] @ inputs[1].mT / 6**0.5
    (sentence, *_) = describe(scores.softmax(-1) @ inputs[2], expected, scene)
    assert f"{max(factor, 1 / factor):.4g}" in sentence
    (sentence, *_) = describe((scores / factor).softmax(-2) @ inputs[2], expected, scene)
    assert "sum to 1 over the queries (axis -2)" in sentence


def test_of_whole_answers_the_first_difference_is_described() -> None:
    expected, scene, mlp = called("MLP", TOKENS, init=MLP)
    calls = (Call((TOKENS,)), Call((TOKENS,)))
    program = Program("MLP", init=MLP, weights=scene.weights, calls=calls)
    got = expected, mlp.fc2(mlp.fc1(TOKENS)).detach()
    assert describe_answers(program, got, (expected, expected), STAFF) == [
        "There is no activation."
    ]
    assert describe_answers(program, ("odd", None), (expected, expected), STAFF) == []
    assert describe_answers(program, (expected, expected), (expected, expected), STAFF) == []


def test_of_answers_left_to_chance_nothing_is_said() -> None:
    expected, scene, _ = called("MLP", TOKENS, init=MLP)
    init, calls = MLP | {"dropout": 0.5}, (Call((TOKENS,), train=True),)
    program = Program("MLP", init=init, weights=scene.weights, calls=calls)
    assert describe_answers(program, (2 * expected,), (expected,)) == []
    split = Program("split_indices", calls=(Call((10, 0.5, 1)),))
    parts = torch.arange(5), torch.arange(5, 10)
    assert describe_answers(split, (parts,), (parts[::-1],)) == []
