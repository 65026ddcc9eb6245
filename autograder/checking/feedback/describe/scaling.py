"""Normalising and scaling images: what mean and standard deviation the result amounts to."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from .case import Case, line, short


def scaled(case: Case) -> str | None:
    """What `normalize` did instead, by formula or as measured channel by channel."""
    scene = case.scene
    images = scene.inputs.get("images")
    if scene.target != "normalize" or images is None or images.shape != case.got.shape:
        return None
    mean, std = scene.inputs.get("mean"), scene.inputs.get("std")
    if images.ndim != 4 or mean is None or std is None or len(mean) != images.shape[1]:
        return None
    x, m, s = images.double(), mean.double(), std.double()
    for guess, words in guesses(x, m, s):
        if guess.shape == x.shape and case.explains(guess):
            return f"{words}."
    return measured(x, m, s, case)


def pixels_divided(case: Case) -> str | None:
    """By what `scale_to_unit` divided the pixels, and what it subtracted."""
    images = case.scene.inputs.get("images")
    if case.scene.target != "scale_to_unit" or images is None or images.shape != case.got.shape:
        return None
    x, got = images.double().flatten(), case.got.flatten()
    if case.explains((images.double() / 255).floor()):
        return "Your numbers are whole: the division drops the fraction (an integer division)."
    if len(x) < 3:
        return None
    slope, offset = line(got, x)
    if abs(slope) < 1e-9 or not case.explains(slope * images.double() + offset):
        return None
    divisor, largest = 1 / slope, float(x.max())
    same = abs(divisor - largest) < 1e-3 * largest and abs(divisor - 255) > 1e-2
    meaning = " (the largest pixel that is there)" if same else ""
    moved = ""
    if abs(offset) > 1e-6:
        moved = f", then {short(abs(offset))} is {'added' if offset > 0 else 'subtracted'}"
    return f"Your pixels are divided by {divisor:.6g}{meaning}{moved}."


def guesses(x: Tensor, m: Tensor, s: Tensor) -> Iterator[tuple[Tensor, str]]:
    """What may have been computed from images x and statistics m and s."""
    mean, std = m.view(-1, 1, 1), s.view(-1, 1, 1)
    yield x - mean, "The mean is subtracted, but nothing is divided by the std"
    yield x / std, "It is divided by the std, but no mean is subtracted"
    yield x / std - mean, "The mean is subtracted after the division, so that it is not scaled"
    yield (x - mean) / std**2, "It is divided by the square of the std (the variance)"
    yield (x - mean) * std, "It is multiplied by the std where a division belongs"
    yield (x + mean) / std, "The mean is added where it should be subtracted"
    yield (x - std) / mean, "mean and std have changed places"
    yield (x - mean.flip(0)) / std.flip(0), "The channels' means and stds are in reverse order"
    for place in range(len(m)):
        yield (
            (x - m[place]) / s[place],
            f"All channels are normalised with mean and std of channel {place}",
        )
    own = x.mean(dim=(0, 2, 3), keepdim=True)
    for unbiased in (True, False):
        spread = x.var(dim=(0, 2, 3), keepdim=True, unbiased=unbiased).sqrt()
        words = "It uses the mean and std of each channel in this batch, not those given"
        yield (x - own) / spread, words


def measured(x: Tensor, m: Tensor, s: Tensor, case: Case) -> str | None:
    """The mean and std that each channel's numbers amount to."""
    found = []
    for channel in range(x.shape[1]):
        flat, target = x[:, channel].flatten(), case.got[:, channel].flatten()
        if len(flat) < 3:
            return None
        slope, offset = line(target, flat)
        if abs(slope) < 1e-9 or not case.same(target, slope * flat + offset):
            return None
        found.append((channel, -offset / slope, 1 / slope))
    for channel, mean, std in found:
        right_mean, right_std = float(m[channel]), float(s[channel])
        if abs(mean - right_mean) > 1e-3 * (1 + abs(mean)) or abs(std / right_std - 1) > 1e-3:
            return (
                f"In channel {channel} your numbers amount to subtracting {short(mean)} and "
                f"dividing by {short(std)}; the mean given is {short(right_mean)}, the std "
                f"{short(right_std)}."
            )
    return None
