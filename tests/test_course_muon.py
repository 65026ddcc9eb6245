"""The course's Muon is PyTorch's, for all matrices of a shape at once, and for filters."""

import copy

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn

from course.muon import Muon, orthogonal

SHAPES = [(24, 24), (48, 24), (24, 24), (24, 48)]


def trained(optimizer, shapes, **options):
    torch.manual_seed(0)
    weights = [nn.Parameter(torch.randn(shape) / 10) for shape in shapes]
    steps = optimizer(weights, lr=0.02, weight_decay=0.05, momentum=0.9, **options)
    for _ in range(5):
        for weight in weights:
            weight.grad = torch.randn_like(weight)
        steps.step()
    return weights, steps


def test_it_steps_as_pytorchs_does():
    for ours, theirs in zip(
        trained(Muon, SHAPES)[0], trained(torch.optim.Muon, SHAPES)[0], strict=True
    ):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-3)


def test_filters_step_as_the_matrices_that_they_are():
    (filters,), _ = trained(Muon, [(8, 3, 2, 2)])
    (matrix,), _ = trained(Muon, [(8, 12)])
    torch.testing.assert_close(filters.flatten(1), matrix)


def test_what_has_no_gradient_stays():
    weights = [nn.Parameter(torch.ones(4, 4)) for _ in range(2)]
    weights[0].grad = torch.randn(4, 4)
    Muon(weights, lr=0.1).step()
    assert (weights[0] != 1).any()
    assert (weights[1] == 1).all()


def test_its_state_goes_on_where_it_was():
    weights, optimizer = trained(Muon, SHAPES)
    twins = [nn.Parameter(weight.detach().clone()) for weight in weights]
    other = Muon(twins, lr=0.02, weight_decay=0.05, momentum=0.9)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for weight, twin in zip(weights, twins, strict=True):
        weight.grad = twin.grad = torch.randn_like(weight)
    optimizer.step()
    other.step()
    for weight, twin in zip(weights, twins, strict=True):
        assert torch.equal(weight, twin)


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 32, 8), (2, 8, 32)])
def test_singular_values_come_near_one(shape):
    torch.manual_seed(0)
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)).float())
    assert values.min() > 0.5
    assert values.max() < 1.4
