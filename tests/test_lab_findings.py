"""The modules of the lab on what the paper found: the rebuilt run, its recordings, the timing."""

from __future__ import annotations

import math
from dataclasses import replace

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

import findings
from course import catalogue, datasets, presets
from labs import stuck, timing, watching
from labs.stuck import Switches

SMALL = catalogue.vit(16, 32, 2, 2, patch_size=8)


@pytest.fixture(scope="module")
def few() -> datasets.ImageData:
    return datasets.first_images(datasets.load("sample"), 300)


@pytest.mark.parametrize(
    ("switches", "whole", "own", "others"),
    [
        (Switches(), True, True, False),
        (Switches(pool="mean"), True, True, False),
        (Switches(pool="first"), True, True, False),
        (Switches(norm_first=False, final_norm=False), True, True, False),
        (Switches(batch_first=False), False, False, False),
        (Switches(batch_first=False, pool="mean"), True, True, True),
        (Switches(batch_first=False, pool="first"), False, True, True),
        (stuck.REPORTED, False, True, True),
        (replace(stuck.REPORTED, batch_first=True), True, True, False),
    ],
)
def test_what_a_rebuilt_model_sees(
    switches: Switches, whole: bool, own: bool, others: bool
) -> None:
    """Without `batch_first` the class token is blind, and a patch meets other images' patches."""
    torch.manual_seed(0)
    model = stuck.Rebuilt(switches, SMALL)
    seen = watching.sensitivity(model, torch.randn(3, 3, 32, 32))
    assert bool((seen[0] > 0).any()) == own
    assert bool((seen[0, 8:, 8:] > 0).any()) == whole
    assert bool((seen[1:] > 0).any()) == others


def test_the_rebuilt_model_has_the_presets_size() -> None:
    ours = presets.build("vit", stuck.PRESET.config | {"num_classes": 10})
    rebuilt = stuck.Rebuilt(Switches(), stuck.PRESET.config)
    assert sum(p.numel() for p in rebuilt.parameters()) == sum(p.numel() for p in ours.parameters())


def test_a_run_is_set_by_its_switches(few: datasets.ImageData) -> None:
    ready = stuck.prepare(
        Switches(learning_rate=1e-4, warmup_steps=8, weight_decay=0.1, clip_norm=1.0), few, SMALL
    )
    settings = ready.settings
    assert (settings.learning_rate, settings.weight_decay, settings.clip_norm) == (1e-4, 0.1, 1.0)
    assert settings.warmup_epochs * len(ready.train_loader) == pytest.approx(8)
    images, _ = next(iter(ready.train_loader))
    plain, _ = next(iter(stuck.prepare(Switches(normalised=False), few, SMALL).train_loader))
    assert images.min() < 0 <= plain.min()
    assert plain.max() <= 1


def test_a_recording_reads_the_students_instruments(few: datasets.ImageData) -> None:
    switches = Switches(warmup_steps=4, clip_norm=0.5)
    one = watching.record(switches, few, SMALL, steps=10, every=3)
    assert one.steps == [0, 3, 6, 9]
    assert one.learning_rate[0] < one.learning_rate[1] < one.learning_rate[2] == pytest.approx(1e-3)
    assert max(one.gradient_norm) <= 0.5 + 1e-4
    assert all(0 < share <= 1 for share in one.entropy)
    assert all(value > 0 for value in one.logit_spread)
    assert [tuple(each.shape) for each in one.attention] == [(48, 2, 17, 17)] * 2
    again = watching.record(switches, few, SMALL, steps=10, every=3)
    assert again.loss == one.loss
    blind = watching.record(Switches(batch_first=False), few, SMALL, steps=4, every=1)
    assert max(blind.logit_spread) < 1e-5
    assert [tuple(each.shape) for each in blind.attention] == [(17, 2, 48, 48)] * 2


def test_a_loss_that_is_no_number_is_named(few: datasets.ImageData) -> None:
    with pytest.raises(FloatingPointError, match="at step"):
        watching.record(Switches(learning_rate=math.inf), few, SMALL, steps=9, every=1)


def test_pictures_and_table_hold_every_run(few: datasets.ImageData) -> None:
    runs = {
        name: [watching.record(switches, few, SMALL, steps=4, every=2, seed=s) for s in (0, 1)]
        for name, switches in (("reported", stuck.REPORTED), ("right", Switches()))
    }
    figure = watching.compare(runs)
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == len(watching.PANELS)
    (legend,) = [axes.get_legend() for axes in figure.axes if axes.get_legend()]
    assert [text.get_text() for text in legend.get_texts()] == list(runs)
    assert len({line.get_linestyle() for line in panels[1].lines}) == 2
    assert len(watching.attention_maps(runs["right"][0]).axes) == 4
    singles = {name: each[0] for name, each in runs.items()}
    pictures = [axes for axes in watching.sensitivity_maps(singles, 3).axes if axes.images]
    assert len(pictures) == 6
    table = watching.table(runs).splitlines()
    assert [line.split()[0] for line in table] == ["run", "reported", "right"]
    assert f"{runs['right'][0].accuracy:.1%}" in table[2]


def test_time_is_measured_beside_what_was_counted() -> None:
    rows = timing.by_patch_size(
        {
            "in_channels": 3,
            "embed_dim": 16,
            "hidden_dim": 32,
            "num_layers": 1,
            "num_heads": 2,
            "num_classes": 10,
            "image_size": 16,
        },
        (4, 8),
        batch=2,
    )
    assert [row.tokens for row in rows] == [17, 5]
    assert rows[0].flops == findings.count_flops(16, 4, 3, 10, 16, 32, 1, 2)
    assert all(row.milliseconds > 0 for row in rows)
    assert "17" in timing.table(rows).splitlines()[2]
    assert len(timing.picture(rows).axes) == 1
