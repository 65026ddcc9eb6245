"""What is measured is what is there, and a fit finds the numbers it was made from."""

import importlib

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch
from torch import nn

from labs import cost

attention = importlib.import_module("transformer-attention")


@pytest.fixture
def layer():
    torch.manual_seed(0)
    return attention.MultiHeadSelfAttention(16, 2)


@pytest.mark.parametrize(("linear", "quadratic"), [(3.0, 0.01), (5.0, 0.0), (1e-3, 2.0)])
def test_a_fit_finds_the_numbers_it_was_made_from(linear, quadratic):
    counts = (16, 64, 256, 1024)
    found = cost.fit(counts, [linear * n + quadratic * n**2 for n in counts])
    assert found(100) == pytest.approx(100 * linear + 10_000 * quadratic, rel=0.01)
    share = 100 * quadratic / (linear + 100 * quadratic)
    assert found.exponent(100) == pytest.approx(1 + share, abs=0.01)


def test_noise_moves_a_fit_little():
    counts = (16, 32, 64, 128, 256, 512)
    noise = (1.1, 0.9, 1.05, 0.95, 1.1, 0.9)
    found = cost.fit(
        counts, [(2 * n + 0.02 * n**2) * f for n, f in zip(counts, noise, strict=True)]
    )
    assert found(128) == pytest.approx(2 * 128 + 0.02 * 128**2, rel=0.1)


def test_kept_memory_is_counted_once_and_without_parameters():
    linear = nn.Linear(8, 8)
    tokens = torch.randn(1, 100, 8)
    assert cost.kept_bytes(linear, tokens) == tokens.nbytes
    assert cost.kept_bytes(nn.Sequential(nn.Linear(8, 8), nn.GELU()), tokens) == 2 * tokens.nbytes


def test_every_token_with_every_other_keeps_the_matrix_of_weights(layer):
    few, many = cost.measure(layer, (64, 256), 16, repeats=2)
    weights = 2 * 256**2 * 4
    assert weights <= many.kept < 1.5 * weights
    assert 4 * few.kept < many.kept < 16 * few.kept
    assert 0 < few.seconds < many.seconds


def test_a_fused_kernel_computes_the_same_and_keeps_no_matrix(layer):
    tokens = torch.randn(2, 12, 16)
    torch.testing.assert_close(cost.Fused(layer)(tokens), layer(tokens))
    few, many = cost.measure(cost.Fused(layer), (64, 256), 16, repeats=1)
    assert many.kept == pytest.approx(4 * few.kept, rel=0.05)


def test_windows_do_not_see_each_other(layer):
    tokens = torch.randn(2, 12, 16)
    windowed = cost.Windowed(layer, 4)
    assert torch.equal(windowed(tokens)[:, 4:8], layer(tokens[:, 4:8]))
    few, many = cost.measure(windowed, (64, 256), 16, repeats=1)
    assert many.kept == 4 * few.kept


def test_fits_are_told_and_drawn(layer):
    rows = [cost.Measurement(n, 1e-6 * n, 16 * n**2) for n in (64, 128, 256)]
    words = cost.describe({"all": rows}).splitlines()
    assert words[0].startswith("all, time: 1 n + 0 n² µs; grows like n^1.00 at n = 64")
    assert "16 n² bytes; grows like n^2.00" in words[1]
    figure = cost.curves({"all": rows, "half": rows[:2]})
    for axes in figure.axes:
        markers = [line for line in axes.lines if line.get_marker() != "None"]
        assert len({line.get_marker() for line in markers}) == 2
    assert list(figure.axes[1].lines[0].get_ydata()) == [16 * n**2 / 2**20 for n in (64, 128, 256)]
