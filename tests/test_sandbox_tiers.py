"""Which sandbox is chosen, what is said where there is none, and that its proofs can fail."""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import signal
import struct
from pathlib import Path

import pytest
from attacks_on_jails import BUBBLEWRAP, LANDLOCK, running

from autograder.checking.execution.forking import unconfined
from autograder.checking.execution.limits import Limits
from autograder.cli import doctor
from autograder.sandbox import SandboxUnavailable, bubblewrap, describe, places, proofs, tiers
from autograder.sandbox.inside import calls, landlock, seccomp
from autograder.sandbox.jail import Jail

ROOT = Path(__file__).parents[1]


def works(monkeypatch: pytest.MonkeyPatch, **troubles: str | None) -> None:
    monkeypatch.setattr(tiers.Tier, "trouble", lambda tier: troubles[tier.name])


def test_the_best_tier_that_works_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch, bubblewrap=None, landlock=None)
    assert tiers.choose("sandbox").name == "bubblewrap"
    assert tiers.choose("landlock").name == "landlock"
    works(monkeypatch, bubblewrap="is not installed", landlock=None)
    assert tiers.choose("sandbox").name == "landlock"
    assert "Landlock" in describe()
    with pytest.raises(SandboxUnavailable, match="is not installed"):
        tiers.choose("bubblewrap")


def test_without_any_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch, bubblewrap="bubblewrap is not installed", landlock="no Landlock")
    with pytest.raises(SandboxUnavailable, match=r"not installed; no Landlock.*apt install") as why:
        describe()
    assert 'isolation = "cooperative"' in str(why.value)


def test_bubblewrap_that_is_missing_or_broken_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fresh(command: str) -> tiers.Tier:
        path = tmp_path / "bwrap"
        path.write_text(f"#!/bin/sh\n{command}\n")
        path.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda name: str(path))
        return tiers.Tier("bubblewrap", bubblewrap.command, bubblewrap.missing, lambda: command)

    assert "does not work here (No permissions" in str(
        fresh("echo 'No permissions to create new namespace' >&2; exit 1").trouble()
    )
    assert "does not work here (no message)" in str(fresh("exit 0").trouble())
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert bubblewrap.missing() == "bubblewrap is not installed"


def test_a_kernel_without_landlock_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    assert "no Landlock" in str(dataclasses.replace(LANDLOCK, name="old").trouble())


@pytest.mark.skipif(BUBBLEWRAP.missing() is not None, reason="needs bubblewrap; runs in CI")
def test_nothing_of_the_course_is_mounted_but_the_worker() -> None:
    words = bubblewrap.mounts()
    mounted = [words[i + 1] for i, word in enumerate(words) if word in ("--ro-bind", "--dev-bind")]
    inside = {path for path in mounted if Path(path).is_relative_to(ROOT)}
    python = {str(folder) for folder in places.shown_folders(ROOT)}
    assert inside <= {str(places.WORKER), str(places.INSIDE)} | python


def test_a_course_below_the_system_is_hidden_and_its_python_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = tmp_path / "local" / "course"
    python = course / ".venv"
    (course / "solutions").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (tmp_path / "local" / "bin").mkdir()
    (python / "bin").mkdir(parents=True)
    monkeypatch.setattr(places, "SYSTEM_FOLDERS", (str(tmp_path),))
    for name in ("prefix", "base_prefix"):
        monkeypatch.setattr(places.sys, name, str(python))
    monkeypatch.setattr(places.sys, "executable", str(python / "bin" / "python"))
    shown = places.shown_folders(course)
    assert shown == [tmp_path, python]
    parts = [part for folder in shown for part in places.without(folder, course)]
    assert parts == [tmp_path / "lib", tmp_path / "local" / "bin", python]


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("namespaces", [True, False])
def test_the_filter_names_every_refused_call(machine: str, namespaces: bool) -> None:
    program = list(struct.iter_unpack("HBBI", seccomp.assemble(machine, namespaces, own=7)))
    compared = {k for code, _, _, k in program if code == seccomp.JUMP_EQUAL}
    column = list(seccomp.AUDIT_ARCH).index(machine)
    assert program[1][3] == seccomp.AUDIT_ARCH[machine]
    for name in calls.ALWAYS_REFUSED:
        assert calls.NUMBERS[name][column] in compared | {None}
    assert (calls.NUMBERS["fchmod"][column] in compared) is not namespaces


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(OSError, match="no seccomp filter is written for riscv64"):
        seccomp.assemble("riscv64", True, None)


@pytest.mark.parametrize(
    ("machine", "header"),
    [("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
     ("aarch64", "/usr/include/asm-generic/unistd.h")],
)  # fmt: skip
def test_the_calls_numbers_are_the_kernels(machine: str, header: str) -> None:
    if not Path(header).is_file():
        # The table is held against the kernel's own headers, which not every machine has.
        pytest.skip(f"needs {header}, which Debian's linux-libc-dev brings")
    found = dict(re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", Path(header).read_text()))
    column = list(seccomp.AUDIT_ARCH).index(machine)
    ours = {name: numbers[column] for name, numbers in calls.NUMBERS.items() if name in found}
    assert len(ours) > 100
    assert ours == {name: int(found[name]) for name in ours}


def test_every_proof_holds_in_every_tier(jail: Jail) -> None:
    found = list(proofs.prove(jail))
    assert [proof for proof in found if not proof.held] == []
    assert {"read the hidden checks", "outlive its worker"} <= {proof.attack for proof in found}


def test_a_proof_fails_where_nothing_holds() -> None:
    open_door = unconfined()
    attempt = f"open({str(ROOT / 'solutions' / 'utils.py')!r}).read()"
    read = proofs.run(open_door, "read the solutions", attempt)
    mistaken = proofs.run(open_door, "attack that is no Python", "undefined")
    name = f"daemon-{os.getpid()}"
    outlived = proofs.outlive(open_door, name)
    open_door.close()
    for process in running(name):
        os.kill(process, signal.SIGKILL)
    assert (read.held, read.words) == (False, "got through")
    assert not mistaken.held
    assert (outlived.held, outlived.words) == (False, "it still runs")


def test_the_doctor_reports_a_proof_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    works(monkeypatch, bubblewrap=None, landlock=None)
    failed = proofs.Proof("read the solutions", False, "got through")
    monkeypatch.setattr(proofs, "prove", lambda launcher: iter([failed]))
    found = list(doctor._isolation("sandbox", Limits()))
    assert [finding.health for finding in found] == [doctor.Health.FINE, doctor.Health.PROBLEM]
    assert found[1].words == "read the solutions: got through"
