"""Every row of the table of results, in one command that can be called again until it is done.

    python -m benchmarks.results --data cifar10 --minutes 9

runs each preset of the plan that has no row yet, one seed of each first, the most telling first.
When the minutes are over it stops; the next call goes on from the checkpoint, and ends as if it
had never stopped. Rows go to `results.jsonl`, the table, with the sources' own figures beside
ours, to `results.md` beside this file; histories, curves and weights to FOLDER.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from course import datasets, presets
from course.loader import Loader
from course.run import TrainingError

ROWS = Path(__file__).with_suffix(".jsonl")


@dataclass(frozen=True)
class Planned:
    """Rows of one preset.

    Attributes:
        preset: its name.
        seeds: a row each.
        source: what the document that it comes from reports.
        gpu: whether only a GPU gets through it.
    """

    preset: str
    seeds: tuple[int, ...]
    source: str
    gpu: bool = False


PLAN = (
    Planned("ours-vit", (0, 1, 2), "slides' ViT: 77 %, loss 1.28, 180 epochs", gpu=True),
    Planned("ours-cnn", (0, 1, 2), "slides' CNN: 89 %, loss 0.86", gpu=True),
    Planned("slides-vit", (0,), "77 %, loss 1.28, 180 epochs", gpu=True),
    Planned("slides-cnn", (0,), "89 %, loss 0.86", gpu=True),
    Planned("fast-cpu", (0, 1, 2), ""),
    Planned("homework-vit", (0, 1, 2), "about 50 %"),
    Planned("homework-resnet", (0, 1, 2), "about 60 %"),
    Planned("five-minutes", (0, 1, 2), ""),
    Planned("small-hardware-vit", (0,), "14.81 % after 5 epochs in 5 hours"),
    Planned("base-four-classes", (0,), "51.1 % after 10 epochs", gpu=True),
)


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Interrupt training, as Ctrl-C does, with the first training batch after this time."""
    deadline = time.monotonic() + seconds
    batches = Loader.__iter__

    def in_time(loader: Loader) -> Iterator[tuple[Tensor, Tensor]]:
        for batch in batches(loader):
            if loader.shuffle and time.monotonic() > deadline:
                raise KeyboardInterrupt
            yield batch

    with mock.patch.object(Loader, "__iter__", in_time):
        yield


def kept(path: Path) -> list[dict[str, Any]]:
    """All rows that were ever made, the newest last."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def is_current(row: dict[str, Any]) -> bool:
    """Whether the preset is still what the row was made with."""
    name = row["preset"]
    return name in presets.PRESETS and row["recipe"] == presets.PRESETS[name].recipe()


def rows(path: Path) -> list[dict[str, Any]]:
    """The finished rows of presets as they are now, one for each preset and seed: the newest."""
    valid = [row for row in kept(path) if is_current(row) and not row["stopped"]]
    return list({(row["preset"], row["seed"]): row for row in valid}.values())


def missing(path: Path, device: str) -> list[tuple[str, int]]:
    """Presets and seeds without a row that this device can get through: all first seeds first."""
    done = {(row["preset"], row["seed"]) for row in rows(path)}
    wanted = [
        (planned.preset, seed)
        for planned in PLAN
        for seed in planned.seeds
        if (planned.preset, seed) not in done and (device == "cuda" or not planned.gpu)
    ]
    return sorted(wanted, key=lambda preset_and_seed: preset_and_seed[1])


def keep(path: Path, result: presets.Result) -> None:
    """Add the row of a finished run, with the machine that it ran on."""
    threads = presets.PRESETS[result.name].threads or torch.get_num_threads()
    machine = "1 CPU thread" if threads == 1 else f"{threads} CPU threads"
    if result.history.device.startswith("cuda"):
        machine = torch.cuda.get_device_name()
    row = result.facts() | {"machine": machine, "torch": torch.__version__}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def caveat(row: dict[str, Any]) -> str:
    """Why a row does not count: it says what came, and its run is still to be made."""
    if row["stopped"]:
        return f"interrupted after {row['trained_epochs']} epochs"
    return "with an earlier recipe, to be made again"


def table(path: Path, command: str) -> str:
    """The table in Markdown: a line a preset, over its seeds."""
    found = rows(path)
    lines = [
        "# Training: the sources' figures and ours",
        "",
        f"`{command}`. Test accuracy of the last or the best epoch as the preset says, no "
        "augmentation at test time, the test images used once; mean and, in brackets, the lowest "
        "and the highest of the seeds. Seconds are of training alone; on a GPU compiling is in "
        "them, and the images per second are those of the median epoch.",
        "",
        "| preset | its source reports | test accuracy | test loss | epochs | seeds | seconds "
        "| CPU seconds | images/s | device | data |",
        f"|{' --- |' * 11}",
    ]
    for planned in PLAN:
        source = planned.source or "-"
        ours = [row for row in found if row["preset"] == planned.preset]
        note = ""
        if not ours:
            ours = [row for row in kept(path) if row["preset"] == planned.preset][-1:]
            note = "".join(f", {caveat(row)}" for row in ours)
        if not ours:
            wanting = "wants a GPU" if planned.gpu else "not measured"
            lines.append(f"| {planned.preset} | {source} | {wanting} |{' |' * 8}")
            continue
        accuracies = [row["test_accuracy"] for row in ours]
        spread = f" ({min(accuracies):.1%} to {max(accuracies):.1%})" if len(ours) > 1 else ""
        first = ours[0]

        def median(name: str, ours: list[dict[str, Any]] = ours) -> float:
            return statistics.median(row[name] for row in ours)

        lines.append(
            f"| {planned.preset} | {source} "
            f"| {statistics.mean(accuracies):.1%}{spread}{note} | {median('test_loss'):.2f} "
            f"| {first['epochs']:g} | {len(ours)} | {median('training_seconds'):.1f} "
            f"| {median('cpu_seconds'):.1f} | {median('images_per_second'):,.0f} "
            f"| {first['machine']}, {first['precision']}, torch {first['torch']} "
            f"| {first['data']} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """The command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Make the rows that are missing.")
    parser.add_argument("--data", required=True, metavar="sample|cifar10|PATH")
    parser.add_argument("--folder", type=Path, default=Path("runs"))
    parser.add_argument("--minutes", type=float, default=9.0)
    parser.add_argument("--only", nargs="+", metavar="PRESET", help="instead of the whole plan")
    parser.add_argument("--seeds", type=int, default=3, help="at most so many of each preset")
    parser.add_argument("--images", type=int, help="in miniature: only so many images")
    parser.add_argument("--epochs", type=float, help="in miniature: instead of the preset's")
    parser.add_argument("--output", type=Path, default=ROWS, help="a file for the rows")
    options = parser.parse_args()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = datasets.load(options.data)
    if options.images is not None:
        data = datasets.first_images(data, options.images)
    try:
        with interrupted_after(60 * options.minutes):
            for preset, seed in missing(options.output, "cuda" if options.only else device):
                if seed < options.seeds and (options.only is None or preset in options.only):
                    print(f"{preset}, seed {seed}", flush=True)
                    result = presets.run(preset, data, options.folder, device, options.epochs, seed)
                    print(result.row(), flush=True)
                    keep(options.output, result)
                    if result.history.stopped:
                        break
    except (KeyboardInterrupt, TrainingError) as error:
        print(f"stopped: {error or 'the minutes are over'}")
    command = f"python -m benchmarks.results --data DATA --minutes {options.minutes:g}"
    output = options.output.with_suffix(".md")
    output.write_text(table(options.output, command), encoding="utf-8")
    left = [f"{preset} ({seed})" for preset, seed in missing(options.output, device)]
    print(f"table: {output}; left for this device: {', '.join(left) or 'nothing'}")


if __name__ == "__main__":
    main()
