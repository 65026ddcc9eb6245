"""The grader as a whole: what the solutions and the stubs earn, the store, the weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch
from demo_course import Demo
from safetensors import safe_open

import ViT
from autograder.checking.assignments import ASSIGNMENTS, CODE_STAGES, HOMEWORK, STAGES
from autograder.checking.execution.limits import Limits
from autograder.checking.execution.verdicts import StageReport, Status
from autograder.grading.config import ConfigError, CourseConfig, Threshold, load_config
from autograder.grading.evaluation import Evaluator
from autograder.grading.grader import Grader, all_checks
from autograder.grading.seed import load_seed, reseed
from autograder.grading.store import Store
from course.resnet import ResNet

ROOT = Path(__file__).parents[1]
EASY = CourseConfig(
    data="sample",
    thresholds=(("vit", Threshold(0.0, 0.01)), ("resnet", Threshold(0.0, 0.01))),
)
VIT = {
    "image_size": 32,
    "patch_size": 16,
    "in_channels": 3,
    "num_classes": 10,
    "embed_dim": 8,
    "hidden_dim": 8,
    "num_layers": 1,
    "num_heads": 1,
}
RESNET = {"num_classes": 10, "width": 2, "blocks": [1]}
needs_bubblewrap = pytest.mark.skipif(
    shutil.which("bwrap") is None, reason="needs bubblewrap, which .ci/run installs"
)


@pytest.fixture(scope="module")
def grader() -> Iterator[Grader]:
    with Grader(EASY, b"a secret of the tests") as made:
        yield made


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    """The solutions with small untrained weights."""
    folder = tmp_path / "submission"
    folder.mkdir()
    for path in (ROOT / "solutions").glob("*.py"):
        shutil.copyfile(path, folder / path.name)
    save(folder / "vit.safetensors", ViT.ViT(**VIT), "vit", VIT)
    save(folder / "resnet.safetensors", ResNet(**RESNET), "resnet", RESNET)
    return folder


def save(path: Path, model: torch.nn.Module, kind: str, config: dict[str, object]) -> None:
    metadata = {
        "kind": kind,
        "config": json.dumps(config),
        "mean": "[0.5, 0.5, 0.5]",
        "std": "[0.25, 0.25, 0.25]",
        "dataset": "the sample",
    }
    safetensors.torch.save_file(model.state_dict(), path, metadata)


def earned(reports: dict[str, StageReport]) -> dict[str, int | None]:
    return {stage: report.earned for stage, report in reports.items()}


def test_every_stage_adds_up_to_its_points() -> None:
    checks = all_checks()
    for stage in CODE_STAGES:
        assert sum(each.points for each in checks[stage]) == STAGES[stage].points
        assert any(each.hidden for each in checks[stage])
        assert any(not each.hidden for each in checks[stage])


@needs_bubblewrap
def test_the_solutions_earn_everything(grader: Grader, submission: Path) -> None:
    reports = grader.grade(submission)
    assert earned(reports) == {stage: STAGES[stage].points for stage in reports}
    assert sum(report.points for report in reports.values()) == 80


@needs_bubblewrap
def test_the_stubs_earn_nothing(grader: Grader, submission: Path) -> None:
    for path in (ROOT / "assignment").glob("*.py"):
        shutil.copyfile(path, submission / path.name)
    for name in HOMEWORK.weights:
        (submission / name).unlink()
    reports = grader.grade(submission)
    assert earned(reports) == dict.fromkeys(reports, 0)
    for stage in HOMEWORK.code_stages:
        assert any("NotImplementedError" in verdict.message for verdict in reports[stage].verdicts)


@needs_bubblewrap
def test_what_lies_beside_a_labs_file_earns_and_costs_nothing(
    grader: Grader, submission: Path
) -> None:
    lab = ASSIGNMENTS["lab-attention"]
    for name in HOMEWORK.files:
        (submission / name).write_text("raise RuntimeError('wrong homework')\n")
    reports = grader.grade(submission, lab)
    assert earned(reports) == {stage: STAGES[stage].points for stage in lab.machine_stages}


@needs_bubblewrap
def test_a_missing_file_costs_its_own_stages(grader: Grader, submission: Path) -> None:
    (submission / "transformer-attention.py").unlink()
    reports = grader.grade(submission)
    assert reports["attention"].earned == 0
    assert "was not found" in reports["attention"].verdicts[0].message
    others = {stage: report.earned for stage, report in reports.items() if stage != "attention"}
    assert others == {stage: STAGES[stage].points for stage in others}


@needs_bubblewrap
def test_bytes_that_are_no_text_cost_their_own_stage(grader: Grader, submission: Path) -> None:
    (submission / "transformer-student.py").write_bytes(b"\x00\xff\xfe not Python")
    (submission / "utils.py").write_bytes(
        b"\xef\xbb\xbf" + (submission / "utils.py").read_bytes().replace(b"\n", b"\r\n")
    )
    reports = grader.grade(submission)
    assert reports["encoder"].earned == 0
    assert reports["data"].earned == STAGES["data"].points
    assert reports["vit"].earned == STAGES["vit"].points


@needs_bubblewrap
def test_a_submission_cannot_leave_something_for_the_next(grader: Grader, submission: Path) -> None:
    path = submission / "transformer-attention.py"
    honest = path.read_text()
    path.write_text("import torch\ntorch.nn.Linear.forward = lambda self, x: x\n" + honest)
    assert grader.grade(submission)["attention"].earned != STAGES["attention"].points
    path.write_text(honest)
    assert grader.grade(submission)["attention"].earned == STAGES["attention"].points


@needs_bubblewrap
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.unlink(), "was not found"),
        (lambda path: path.write_bytes(b"\xff" * 64), "cannot be read"),
        (lambda path: path.write_bytes(path.read_bytes()[:-50]), "cannot be read"),
        (lambda path: save(path, ViT.ViT(**VIT), "resnet", VIT), 'says it holds "resnet"'),
        (
            lambda path: save(path, ViT.ViT(**VIT), "vit", VIT | {"embed_dim": 10**9}),
            "embed_dim = 1000000000",
        ),
        (lambda path: save(path, ViT.ViT(**VIT), "vit", VIT | {"pool": "mean"}), "does not fit"),
        (lambda path: save(path, ViT.ViT(**VIT), "vit", VIT | {"code": "x"}), "code = 'x'"),
        (lambda path: save(path, spoiled(), "vit", VIT), "not finite"),
    ],
    ids=["missing", "garbage", "cut", "kind", "huge", "shapes", "unknown", "nan"],
)
def test_weights_that_cannot_be_used_earn_nothing_and_say_why(
    grader: Grader, submission: Path, change, words: str
) -> None:
    change(submission / "vit.safetensors")
    report = grader.grade(submission)["training"]
    vit, resnet = report.verdicts
    assert (vit.earned, vit.status, resnet.earned) == (0, Status.FAILED, 5)
    assert words in vit.message


def spoiled() -> torch.nn.Module:
    model = ViT.ViT(**VIT)
    torch.nn.init.constant_(model.head.bias, float("nan"))
    return model


@pytest.mark.slow
def test_weights_of_a_wrong_vit_count_as_it_was_written(demo: Demo, submission: Path) -> None:
    (trained,) = (demo.root / ".vitcourse" / "weights").rglob("vit.safetensors")
    with safe_open(trained, framework="pt") as file:
        metadata = file.metadata()
    weights = safetensors.torch.load_file(trained)
    for name in ("head.weight", "head.bias"):
        weights[name] = -weights[name]
    safetensors.torch.save_file(weights, submission / "vit.safetensors", metadata)
    strict = CourseConfig(
        data="sample",
        thresholds=(("vit", Threshold(0.4, 0.5)), ("resnet", Threshold(0.0, 0.01))),
    )
    with Grader(strict, b"a secret of the tests") as grader:
        as_printed = grader.grade(submission)["training"]
        path = submission / "ViT.py"
        path.write_text(path.read_text().replace("self.head(pooled)", "-self.head(pooled)"))
        as_written = grader.grade(submission)["training"]
    assert as_printed.verdicts[0].earned == 0
    assert as_printed.notes == ()
    assert as_written.verdicts[0].earned == 5
    assert "own code" in as_written.notes[0]


def test_no_sandbox_and_not_cooperative_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograder.sandbox import SandboxUnavailable, tiers

    monkeypatch.setattr(tiers, "TIERS", ())
    with pytest.raises(SandboxUnavailable):
        Grader(EASY, b"a secret of the tests")


def test_cooperative_grading_says_what_it_risks(submission: Path) -> None:
    config = CourseConfig("cooperative", EASY.data, EASY.thresholds)
    with Grader(config, b"a secret of the tests") as grader:
        reports = grader.grade(submission)
    assert reports["data"].earned == STAGES["data"].points
    assert "could have read the solutions" in reports["data"].notes[0]


@needs_bubblewrap
def test_the_store_answers_the_second_time(tmp_path: Path, submission: Path) -> None:
    store = Store(tmp_path)
    with Grader(EASY, b"a secret of the tests", store) as grader:
        first = grader.grade(submission)
    with Grader(EASY, b"a secret of the tests", store) as grader:
        grader.executor = None  # type: ignore[assignment]  # so that nothing can be judged
        assert grader.grade(submission) == first
        (submission / "utils.py").write_text("changed = True\n")
        with pytest.raises(AttributeError):
            grader.grade(submission)


def test_the_seed_is_the_owners_alone_and_reseed_changes_it(tmp_path: Path) -> None:
    first = load_seed(tmp_path)
    assert load_seed(tmp_path) == first
    path = reseed(tmp_path)
    assert path.stat().st_mode & 0o077 == 0
    assert load_seed(tmp_path) != first


@pytest.mark.parametrize(
    "text",
    ["[grading]\nisolation = 'none'", "[grading]\nsandbox = 1", "[train]", "[training]\nvit = 0.5",
     "[training]\nvit = [0.6, 0.5]", "not toml"],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "vitcourse.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"vitcourse\.toml"):
        load_config(tmp_path)


def test_the_settings_in_the_repository_are_the_defaults() -> None:
    assert load_config(ROOT) == CourseConfig()


def test_verdicts_under_other_limits_are_kept_under_other_names(tmp_path: Path) -> None:
    def names(limits: Limits) -> set[str]:
        config = CourseConfig("cooperative", "sample", limits=limits)
        with Grader(config, b"a secret of the tests") as grader:
            training = grader.training.key(tmp_path, True, "")
            return {grader.version, grader.versions.checks, grader.training.version, training}

    usual = names(Limits())
    assert names(Limits(stage_seconds=600)) == usual
    assert not names(Limits(stage_seconds=601)) & usual
    assert "limits" not in str(CourseConfig())


def test_an_evaluation_that_takes_too_long_costs_nothing_and_the_next_is_not_hurt(
    submission: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = Evaluator("sample")
    weights = submission / "vit.safetensors"
    fine = evaluator.evaluate(weights, "vit")
    with monkeypatch.context() as hurried:
        hurried.setattr(evaluator, "limits", Limits(evaluation_seconds=0.0))
        with pytest.raises(RuntimeError, match="did not get through the test images"):
            evaluator.evaluate(weights, "vit")
    assert evaluator.evaluate(weights, "vit") == fine
    evaluator.close()


@needs_bubblewrap
def test_the_bank_as_the_release_judged_it_serves_the_grading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = b"one round"
    with Grader(CourseConfig(isolation="cooperative"), seed, Store(tmp_path)) as release:
        judged = release.mistakes.of("locality")
    assert judged
    with Grader(CourseConfig(), seed, Store(tmp_path)) as grading:
        assert grading.version != release.version
        monkeypatch.setattr(grading.mistakes, "executor", None)
        kept = grading.mistakes.of("locality")
    assert [each.sentence for each in kept] == [each.sentence for each in judged]
