"""The instructor's settings: what cannot be is refused by line, with what could stand there."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest

from autograder.checking.execution.limits import Limits
from autograder.grading.config import ConfigError, CourseConfig, Threshold, load_config
from autograder.grading.settings_file import line_of

ROOT = Path(__file__).parents[1]


def load(folder: Path, text: str) -> CourseConfig:
    (folder / "vitcourse.toml").write_text(text)
    return load_config(folder)


def test_what_is_not_said_is_the_default(tmp_path: Path) -> None:
    assert load_config(tmp_path) == CourseConfig()
    assert load(tmp_path, "") == CourseConfig()
    found = load(tmp_path, "[grading]\ndevice = 'cpu'\n[training]\nresnet = [0, 1]\n")
    assert found.device == "cpu"
    assert found.thresholds == (("vit", Threshold(0.4, 0.5)), ("resnet", Threshold(0.0, 1.0)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "[grading]\nisolatoin = 'sandbox'",
            'line 2: [grading] has no entry "isolatoin". Did you mean "isolation"? There are: '
            "isolation, data, device",
        ),
        (
            "[grading]\nvit = [0.1, 0.2]",
            'line 2: [grading] has no entry "vit". It belongs below [training].',
        ),
        ("[grading]\n'a.b' = 1", 'line 2: [grading] has no entry "a.b". There are: isolation, '),
        (
            "# Ours\n[gradng]\n",
            "line 2: there is no section [gradng]. Did you mean [grading]? There are: [grading], ",
        ),
        ("[own]", "line 1: there is no section [own]. There are: [grading], "),
        ("device = 'cpu'", 'line 1: "device" stands in no section. It belongs below [grading].'),
        ("own = 1", 'line 1: "own" stands in no section. There are: [grading], '),
        ("grading = 3", "line 1: grading is a section, written [grading] in a line of its own"),
        (
            "[grading]\n\ndevice = 'tpu'",
            'line 3: [grading] device is one of "auto", "cpu", "cuda"; found "tpu"',
        ),
        (
            "[grading]\ndata = 10",
            'line 2: [grading] data is text in quotes, for example "cifar10"; found 10',
        ),
        ("[grading]\ndata = ''", 'line 2: [grading] data is text in quotes, for example "cifar10"'),
        ("[training]\nvit = 0.5", "line 2: [training] vit is two accuracies from 0 to 1"),
        (
            "[training]\nresnet = [\n  0.6,\n  0.5,\n]",
            "line 2: [training] resnet is two accuracies from 0 to 1, the one that earns nothing "
            "first, for example [0.5, 0.6]; found [0.6, 0.5]",
        ),
        ("[training]\nvit = [true, 0.5]", "found [true, 0.5]"),
        ("training.vit = [0.1, 1.5]", "line 1: [training] vit is two accuracies"),
        (
            "[limits]\nstage_second = 60",
            'line 2: [limits] has no entry "stage_second". Did you mean "stage_seconds"? ',
        ),
        (
            "[limits]\nstage_seconds = 5",
            "line 2: [limits] stage_seconds is a number from 10 to 36,000, for example 600.0; "
            "found 5",
        ),
        ("[limits]\nmemory_gib = nan", "[limits] memory_gib is a number from 0.5 to 64"),
        ("[limits]\nmemory_gib = '3'", 'for example 3.0; found "3"'),
        (
            "[limits]\nscratch_mib = 99.5",
            "[limits] scratch_mib is a whole number from 1 to 4,096, for example 256; found 99.5",
        ),
        (
            "[limits]\n\nslow_program_cpu_seconds = 10",
            "line 3: [limits] slow_program_cpu_seconds is less than program_cpu_seconds = 10; "
            "found 10",
        ),
        (
            "[limits]\nworker_cpu_seconds = 50",
            "line 2: [limits] worker_cpu_seconds is more than own_model_cpu_seconds = 60; found 50",
        ),
        ("[grading]\ndevice 'cpu'", "is not valid TOML"),
        ("[grading]\ndevice 'cpu'", "line 2, column"),
    ],
)
def test_what_cannot_be_is_refused_by_line_and_name(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    assert words in str(refused.value)
    assert str(tmp_path / "vitcourse.toml") in str(refused.value)


def test_every_limit_is_a_setting_and_stands_in_the_repositorys_file(tmp_path: Path) -> None:
    written = tomllib.loads((ROOT / "vitcourse.toml").read_text())["limits"]
    assert list(written) == list(asdict(Limits()))
    assert load_config(ROOT).limits == Limits()
    limits = load(tmp_path, "[limits]\nmemory_gib = 6\nstage_seconds = 900\n").limits
    assert limits == Limits(memory_gib=6.0, stage_seconds=900.0)
    assert limits.changed == ("stage_seconds=900.0", "memory_gib=6.0")
    assert Limits().changed == ()


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vitcourse.toml").write_bytes("[grading]\ndata = 'Bücher'".encode("cp1252"))
    with pytest.raises(ConfigError, match="is not text in UTF-8"):
        load_config(tmp_path)


def test_a_line_is_found_however_its_entry_is_written() -> None:
    text = 'a.b = """\n[c]\nd = 1\n"""\n\n[c] # ours\n"e" = [\n 1,\n]\nd = 2\n[f]\ng.h = 1\n'
    assert line_of(text, "a", "b") == 1
    assert line_of(text, "c") == 6
    assert line_of(text, "c", "e") == 7
    assert line_of(text, "c", "d") == 10
    assert line_of(text, "f", "g") == 12
    assert line_of("c = {d = 1}", "c", "d") == 1
