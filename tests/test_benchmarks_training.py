"""The benchmarks of training in miniature: they run, and their tables say what was measured."""

from __future__ import annotations

import itertools
import json
import sys
import types
from dataclasses import replace
from pathlib import Path

import course_paths  # noqa: F401 (puts the solutions ahead of the stubs)
import pytest
import torch

from benchmarks import results, speed, stuck, training, tricks
from course import datasets, presets
from course.catalogue import PRESETS


@pytest.fixture(scope="module")
def sample() -> datasets.ImageData:
    return datasets.first_images(datasets.load("sample"), 100)


@pytest.fixture(autouse=True)
def few(sample: datasets.ImageData, monkeypatch: pytest.MonkeyPatch) -> datasets.ImageData:
    monkeypatch.setattr(datasets, "load", lambda source: sample)
    return datasets.first_images(sample, 40)


def run(module: object, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmark", *arguments])
    module.main()  # type: ignore[attr-defined] # each benchmark has one


def test_rows_are_made_once_and_stand_beside_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "PLAN", (results.Planned("quick-resnet", (0, 1), "60 %"),))
    output = tmp_path / "results.jsonl"
    arguments = ["--data", "sample", "--images", "40", "--epochs", "1"]
    arguments += ["--folder", str(tmp_path), "--output", str(output)]
    run(results, monkeypatch, *arguments)
    rows = results.rows(output)
    assert [row["seed"] for row in rows] == [0, 1]
    mean = sum(row["test_accuracy"] for row in rows) / 2
    table = (tmp_path / "results.md").read_text()
    assert f"| quick-resnet | 60 % | {mean:.1%} (" in table
    assert "only 40 training images |" in table
    widths = {line.count("|") for line in table.splitlines() if line.startswith("|")}
    assert len(widths) == 1
    capsys.readouterr()
    run(results, monkeypatch, *arguments)
    printed = capsys.readouterr().out
    assert "seed" not in printed
    assert "left for this device: nothing" in printed

    changed = replace(PRESETS["quick-resnet"], validation_fraction=0.2)
    monkeypatch.setitem(PRESETS, "quick-resnet", changed)
    assert results.rows(output) == []
    assert "with an earlier recipe" in results.table(output, "")


def test_when_the_minutes_are_over_the_next_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "PLAN", (results.Planned("quick-resnet", (0,), ""),))
    clock = types.SimpleNamespace(monotonic=itertools.count().__next__)  # a second a batch
    monkeypatch.setattr(results, "time", clock)
    arguments = ["--data", "sample", "--epochs", "20"]
    arguments += ["--folder", str(tmp_path), "--output", str(tmp_path / "rows.jsonl")]
    run(results, monkeypatch, *arguments, "--minutes", "0.15")
    assert "left for this device: quick-resnet (0)" in capsys.readouterr().out
    assert (tmp_path / "quick-resnet.checkpoint").exists()
    before = torch.load(tmp_path / "quick-resnet.checkpoint", weights_only=True)
    (stopped,) = results.kept(tmp_path / "rows.jsonl")
    assert results.rows(tmp_path / "rows.jsonl") == []
    done = stopped["trained_epochs"]
    assert 0 < len(before["history"]["rows"]) <= done < 20
    assert f", interrupted after {done} epochs | " in (tmp_path / "rows.md").read_text()
    run(results, monkeypatch, *arguments, "--minutes", "10")
    (row,) = results.rows(tmp_path / "rows.jsonl")
    assert row["epochs"] == 20
    assert not row["stopped"]


def test_what_only_a_gpu_gets_through_is_left_to_one(tmp_path: Path) -> None:
    planned = {planned.preset for planned in results.PLAN}
    assert planned <= set(PRESETS)
    rows = tmp_path / "results.jsonl"
    on_cpu = {preset for preset, _ in results.missing(rows, "cpu")}
    assert {"ours-vit", "slides-cnn"}.isdisjoint(on_cpu)
    wanted = results.missing(rows, "cuda")
    assert {preset for preset, _ in wanted} == planned
    assert [seed for _, seed in wanted] == sorted(seed for _, seed in wanted)


def test_each_suspect_gets_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = list(stuck.SUSPECTS.items())
    monkeypatch.setattr(stuck, "SUSPECTS", dict([*few[:2], few[5]]))
    output = tmp_path / "stuck.md"
    run(stuck, monkeypatch, "--data", "few", "--only", "1", "2", "--output", str(output))
    table = output.read_text()
    assert "| right" not in table
    for name in ("`batch_first=False`, class token", "coupled weight decay"):
        assert f"| {name}" in table


def test_each_trick_is_switched_off_once() -> None:
    everything = tricks.variants(PRESETS["ours-vit"])
    assert set(tricks.WITHOUT) | set(tricks.NO_AUGMENTATION) < set(everything)
    fast = tricks.variants(PRESETS["fast-cpu"])
    assert "mixup" not in fast
    assert "erasing" not in fast
    assert fast["Muon (AdamW instead)"].settings.optimizer == "adamw"
    assert fast["flips"].augmentation.flip == 0
    assert "Muon (AdamW instead)" not in tricks.variants(PRESETS["slides-vit"])


def test_a_tricks_gain_is_what_is_lost_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: datasets.ImageData
) -> None:
    given = {"everything": 0.6, "flips": 0.5}

    def result(name: str, *args: object, **options: object) -> object:
        flips = PRESETS[name].augmentation.flip
        return type("Result", (), {"test_accuracy": given["everything" if flips else "flips"]})

    monkeypatch.setattr(presets, "run", result)
    monkeypatch.setattr(tricks, "WITHOUT", {})
    monkeypatch.setattr(tricks, "HERE", tmp_path / "tricks.py")
    output = tmp_path / "rows.jsonl"
    run(tricks, monkeypatch, "--data", "few", "--seeds", "0", "1", "--output", str(output))
    rows = {row["without"]: row for row in map(json.loads, output.read_text().splitlines())}
    assert rows["flips"]["gain"] == pytest.approx(0.1)
    assert "| flips | 50.0% | 50.0%, 50.0% | +10.0 points |" in (tmp_path / "tricks.md").read_text()


def test_a_means_against_overfitting_gains_what_is_won_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tricks.with_added(PRESETS["ours-vit"])
    plain = made.pop("nothing")
    assert plain.settings.cutmix == plain.settings.mixup == plain.settings.drop_path == 0
    assert all(variant.config == plain.config for variant in made.values())
    assert {name for name, variant in made.items() if variant == plain} == set()

    def result(name: str, *_: object, **__: object) -> object:
        return type("Result", (), {"test_accuracy": 0.5 + 0.2 * PRESETS[name].settings.cutmix})

    monkeypatch.setattr(presets, "run", result)
    monkeypatch.setattr(tricks, "HERE", tmp_path / "tricks.py")
    output = tmp_path / "rows.jsonl"
    arguments = ["--data", "few", "--preset", "ours-vit", "--added", "--seeds", "0"]
    run(tricks, monkeypatch, *arguments, "--output", str(output))
    table = (tmp_path / "tricks.md").read_text()
    assert "| with | mean |" in table
    assert "| CutMix | 60.0% | 60.0% | +10.0 points |" in table
    assert "| mixup | 50.0% | 50.0% | +0.0 points |" in table


def test_speeds_are_measured_for_all_sides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few: datasets.ImageData
) -> None:
    tiny = replace(
        PRESETS["quick-vit"],
        settings=replace(PRESETS["quick-vit"].settings, batch_size=8, drop_path=0.1),
    )
    monkeypatch.setitem(PRESETS, "quick-vit", tiny)
    monkeypatch.setattr(speed, "ROUNDS", 1)
    monkeypatch.setattr(training, "BATCHES", (4, 8))
    output = tmp_path / "training.md"
    run(
        training,
        monkeypatch,
        *("--data", "few", "--device", "cpu", "--presets", "quick-vit", "--scaled", "quick-vit"),
        *("--fastest", "quick-vit", "--seconds", "0.02", "--output", str(output)),
    )
    figures = json.loads(output.with_suffix(".json").read_text())
    row = figures["presets"]["quick-vit"]
    assert row["ours"] > 0
    assert row["plain"] > 0
    assert row["torch_encoder"] > 0
    assert 0 < row["mfu"] < 1
    seconds, accuracy = figures["fastest"]["quick-vit"]
    assert f"| quick-vit | {seconds:.2f} | {accuracy:.1%} |" in output.read_text()
    assert list(figures["tokens"]) == [str(patch) for patch in training.PATCHES]
    ratio = row["ours"] / row["plain"]
    assert f"| {ratio:.1f} |" in output.read_text()
    assert "with the most tokens the pairs take" in output.read_text()


def test_a_measurement_goes_on_where_it_was_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def seconds(self: speed.Bench, name: str, batch: int, **changes: int) -> float:
        asked.append((batch, *changes.values()))
        return 0.01 * batch

    monkeypatch.setattr(speed.Bench, "step_seconds", seconds)
    monkeypatch.setattr(speed.Bench, "whole_training", lambda self, name: (2.0, 0.5))
    monkeypatch.setattr(training, "write_images", lambda *_: None)
    output = tmp_path / "training.md"
    arguments = ["--data", "few", "--device", "cpu", "--presets", "--output", str(output)]
    for _ in range(3):
        run(training, monkeypatch, *arguments, "--resume", "--minutes", "0")
    assert "| fast-cpu | 2.00 | 50.0% |" in output.read_text()
    assert asked == [(16,), (64,)]
    run(training, monkeypatch, *arguments, "--resume")
    assert asked == [(16,), (64,), (256,), *((32, patch) for patch in training.PATCHES)]
    assert "| 2 | 256 | 320.0 |" in output.read_text()


def test_flops_are_those_of_the_matrix_products(few: datasets.ImageData) -> None:
    bench = speed.Bench(few, "cpu", 0.01)
    tokens, dim, hidden = 17, 64, 128
    block = 4 * dim * dim + 2 * dim * hidden
    products = 16 * 192 * dim + 3 * tokens * (block + 2 * tokens * dim) + dim * 10
    assert bench.flops(bench.build("quick-vit")) == 3 * 2 * products
