"""What a submission may take: time, memory, files, and the size of its trained models.

`vitcourse.toml` changes them for the grader; the student's package keeps these.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Limits:
    """The limits of running one submission, and of evaluating its weights.

    CPU seconds are spent computing, and a busy machine does not shorten them; wall seconds pass
    by the clock.

    Attributes:
        program_cpu_seconds, program_wall_seconds: for one program that a check runs.
        slow_program_cpu_seconds, slow_program_wall_seconds: the same once a stage's program took
            too long, and where all programs of a stage are asked at once: there the wall seconds
            are for all of them.
        stage_seconds: by the clock, for all programs of a stage.
        worker_cpu_seconds: for one worker in the sandbox.
        memory_gib: for all processes of a submission in the sandbox.
        scratch_mib: of files that one worker in the sandbox writes.
        file_mib: of one of these files.
        own_model_cpu_seconds: for a thousand test images in a submission's own ViT.
        evaluation_seconds: by the clock, for all test images in the reference model.
        weights_file_mib: of a weights file.
        model_parameters: of a trained model.
        model_gflops: billions of operations that a trained model takes for an image.
    """

    program_cpu_seconds: float = 10.0
    program_wall_seconds: float = 120.0
    slow_program_cpu_seconds: float = 3.0
    slow_program_wall_seconds: float = 20.0
    stage_seconds: float = 600.0
    worker_cpu_seconds: int = 300
    memory_gib: float = 3.0
    scratch_mib: int = 256
    file_mib: int = 64
    own_model_cpu_seconds: float = 60.0
    evaluation_seconds: float = 3600.0
    weights_file_mib: int = 512
    model_parameters: int = 100_000_000
    model_gflops: float = 15.0

    @property
    def changed(self) -> tuple[str, ...]:
        """Those that are not the default, as "name=value": a part of what verdicts rest on."""
        values = ((each.name, getattr(self, each.name), each.default) for each in fields(self))
        return tuple(f"{name}={value}" for name, value, default in values if value != default)

    def of_program(self, slow: bool) -> tuple[float, float]:
        """CPU seconds and wall seconds of one program.

        Args:
            slow: whether one of the stage took too long before.
        """
        if slow:
            return self.slow_program_cpu_seconds, self.slow_program_wall_seconds
        return self.program_cpu_seconds, self.program_wall_seconds

    def for_own_model(self) -> Limits:
        """The same where the programs run the submission's own ViT on test images."""
        return replace(self, program_cpu_seconds=self.own_model_cpu_seconds)
