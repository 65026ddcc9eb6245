"""What a check holds in its hand: inputs to make, a submission to call, a reference to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from torch import Tensor

from ..assignments import FUNCTIONS
from .answers import NO_ANSWER, Raised, Result, read
from .compare import CheckFailed, kind_of, require, require_same
from .error_text import MESSAGE_LIMIT, error_in_words, quoted, refusal_in_words
from .inputs import Inputs
from .program import Call, Program, Reply, Runner


class ReferenceTrouble(Exception):
    """The reference did not answer as it must: the grader's mistake, not the student's."""


class Probe:
    """The single argument of every check.

    Args:
        name: the check's name, for the inputs.
        seed: whence the inputs come.
        submission: runs a program on the student's code.
        reference: runs it on the solution, or looks its recorded answer up.

    Attributes:
        last: the last program that the submission was asked to run, and its answer.
        drawn: modules that were asked for, each with the count of draws after it: a class's
            submissions are asked the same.
    """

    drawn: ClassVar[dict[tuple[Any, ...], tuple[Program, int]]] = {}

    def __init__(self, name: str, seed: bytes, submission: Runner, reference: Runner) -> None:
        self.inputs = Inputs(seed, name)
        self.submission = submission
        self.reference = reference
        self.last: tuple[Program | None, Reply | None] = (None, None)

    def function(self, name: str) -> Target:
        """A function of the student's, by its name."""
        return Target(self, Program(name))

    def module(self, name: str, dtype: str = "float32", **init: Any) -> Target:
        """A module of the student's, built with `init`, with fresh random weights loaded."""
        key = (self.reference, self.inputs.key, self.inputs.count, name, dtype, str(init))
        if key not in self.drawn:
            program = Program(name, init=init, dtype=dtype)
            state = self.ask(program).header["state"]
            weights = {
                key: self.weight(key, shape)
                for key, (shape, is_parameter) in state.items()
                if is_parameter
            }
            self.drawn[key] = replace(program, weights=weights), self.inputs.count
        program, self.inputs.count = self.drawn[key]
        return Target(self, program)

    def weight(self, name: str, shape: list[int]) -> Tensor:
        """Random numbers in the size a trained network has: gains about 1, the rest small."""
        drawn = self.inputs.normal(*shape)
        if "norm" in name and name.endswith("weight"):
            return 1 + 0.2 * drawn
        return drawn * (0.2 if len(shape) == 1 else shape[-1] ** -0.5)

    def run(self, program: Program) -> Reply:
        """The submission's answer.

        Raises:
            CheckFailed: where it gives none.
        """
        self.last = (program, None)
        reply = self.submission.run(program)
        self.last = (program, reply)
        return reply

    def ask(self, program: Program) -> Reply:
        """The reference's answer.

        Raises:
            ReferenceTrouble: where the reference refuses or fails to build.
        """
        reply = self.reference.run(program)
        if "state" not in reply.header:
            raise ReferenceTrouble(f"{program.target}: the reference answered {reply.header}")
        return reply


class Target:
    """A function or a module of the student's, ready to be called.

    Calling it runs the student's code in a worker and gives its value; `expected` gives the
    reference's for the same call. Options of `Call` (method, train, cotangent, generator,
    seed, layout) are passed by keyword with a leading underscore: `layer(x, _train=True)`.
    """

    def __init__(self, probe: Probe, program: Program) -> None:
        self.probe = probe
        self.program = program
        self.asked: tuple[tuple[Any, ...], Program] | None = None

    @property
    def file(self) -> str:
        """The student's file that defines it."""
        return FUNCTIONS[self.program.target].file

    @property
    def weights(self) -> dict[str, Tensor]:
        """The weights loaded into the module, by name."""
        return self.program.weights or {}

    def with_weights(self, changed: dict[str, Tensor]) -> Target:
        """The same module with some weights replaced."""
        return Target(self.probe, replace(self.program, weights=self.weights | changed))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The submission's value.

        Raises:
            CheckFailed: where the student's code raises or cannot be run.
        """
        return self.results(call(*args, **kwargs))[0].value

    def result(self, *args: Any, **kwargs: Any) -> Result:
        """The submission's value with gradients, arguments after the call, and so on."""
        return self.results(call(*args, **kwargs))[0]

    def results(self, *calls: Call) -> list[Result]:
        """The submission's results of several calls on one and the same object."""
        found = [self._read(reply) for reply in self._replies(calls)]
        for each in found:
            if isinstance(each, Raised):
                raise CheckFailed(f"{self.file}: {self.program.target} raised {each.words}")
        return [each for each in found if isinstance(each, Result)]

    def raised(self, *args: Any, **kwargs: Any) -> Raised | None:
        """The error that the submission raises for this call, or None where it returns."""
        found = self._read(self._replies((call(*args, **kwargs),))[0])
        return found if isinstance(found, Raised) else None

    def expected(self, *args: Any, **kwargs: Any) -> Any:
        """The reference's value for the same call."""
        return self.expected_result(*args, **kwargs).value

    def expected_result(self, *args: Any, **kwargs: Any) -> Result:
        """The reference's result for the same call."""
        program = self._asking((call(*args, **kwargs),))
        reply = self.probe.ask(program)
        found = self._read((reply.header["calls"][0], reply, []))
        if not isinstance(found, Result):
            raise ReferenceTrouble(f"{program.target}: the reference raised {found.words}")
        return found

    def require_reference(
        self,
        *args: Any,
        what: str = "the output",
        hint: str = "",
        case: str = "",
        **kwargs: Any,
    ) -> None:
        """Fail unless the submission's value equals the reference's (tuples part by part).

        Args:
            what: the value's name in the message; for a tuple, the names with commas.
            hint: what to try next where it differs.
            case: what is special about this call, for the message ("in bfloat16").
        """
        got, expected = self(*args, **kwargs), self.expected(*args, **kwargs)
        where = f"{self.program.target}{case and ' '}{case}: "
        if isinstance(expected, Tensor):
            require_same(got, expected, where + what, hint)
            return
        names = [name.strip() for name in what.split(",")]
        if not isinstance(got, tuple) or len(got) != len(expected):
            found = "a single tensor" if isinstance(got, Tensor) else kind_of(got)
            raise CheckFailed(f"{where}expected a tuple of {len(expected)} ({what}), got {found}")
        for name, one, other in zip(names, got, expected, strict=True):
            require_same(one, other, where + name, hint)

    def require_reference_gradients(self, *args: Any, hint: str = "", **kwargs: Any) -> None:
        """Fail unless the gradients of inputs and parameters equal the reference's.

        Args:
            hint: what to try next where one is missing or differs.
            args, kwargs: of the call; `_cotangent` is among them.
        """
        got = self.result(*args, **kwargs).gradients
        for name, expected in self.expected_result(*args, **kwargs).gradients.items():
            kind, _, which = name.partition(".")
            thing = f"parameter {which}" if kind == "parameter" else f"input {int(which) + 1}"
            what = f"{self.program.target}: the gradient of {thing}"
            if expected is not None:
                require(
                    isinstance(got.get(name), Tensor),
                    f"{what} is missing: the output does not depend on it\nTry: {hint}",
                )
                require_same(got[name], expected, what, hint)

    def _asking(self, calls: tuple[Call, ...]) -> Program:
        """The program with these calls: packed once, although two are asked."""
        same = tuple(map(identity, calls))
        if self.asked is None or self.asked[0] != same:
            self.asked = same, replace(self.program, calls=calls)
        return self.asked[1]

    def _replies(self, calls: tuple[Call, ...]) -> list[tuple[Any, Reply, list[Tensor]]]:
        reply = self.probe.run(self._asking(calls))
        where = f"{self.file}: {self.program.target}"
        try:
            if "refused" in reply.header:
                raise CheckFailed(f"{where} {refusal_in_words(reply.header['refused'])}")
            if "error" in reply.header:
                error = error_in_words(reply.header["error"])
                raise CheckFailed(f"{where} cannot be built; it raised {error}")
            answers = list(zip(reply.header["calls"], calls, strict=True))
        except NO_ANSWER as error:
            raise CheckFailed(f"{where}: the answer is not one that our worker gives") from error
        return [
            (
                answer,
                reply,
                [
                    reply.tensors.get(f"{number}.after.{place}", given)
                    for place, given in enumerate(tensors_of(each))
                ],
            )
            for number, (answer, each) in enumerate(answers)
        ]

    def _read(self, answer_of_call: tuple[Any, Reply, list[Tensor]]) -> Result | Raised:
        answer, reply, after = answer_of_call
        where = f"{self.file}: {self.program.target}"
        try:
            if "refused" in answer:
                raise CheckFailed(f"{where} {refusal_in_words(answer['refused'])}")
            if "error" in answer:
                error = answer["error"]
                words, message = error_in_words(error), quoted(error["message"], MESSAGE_LIMIT)
                return Raised(tuple(map(str, error["bases"])), message, words)
            gradients = {
                str(name): None if value is None else read(value, reply)
                for name, value in answer.get("gradients", {}).items()
            }
            return Result(read(answer["value"], reply), gradients, after, bool(answer["moved"]))
        except NO_ANSWER as error:
            raise CheckFailed(f"{where}: the answer is not one that our worker gives") from error


def steady(target: Target) -> Target:
    """The same module, its MLPs with hidden numbers so large that their GELU is the identity.

    So a mistake in the activation costs the activation's checks and no others.
    """
    changed = {
        name: 12 + value if name.endswith("bias") else 0.1 * value
        for name, value in target.weights.items()
        if name.endswith(("fc1.bias", "fc2.weight"))
    }
    return target.with_weights(changed)


def identity(each: Call) -> tuple[Any, ...]:
    """What tells a call from another one while its arguments live."""
    values = (*each.args, *each.kwargs.values(), each.cotangent)
    plain = (*each.kwargs, each.method, each.train, each.generator, each.seed, each.layout)
    return (*map(id, values), *plain)


def tensors_of(each: Call) -> list[Tensor]:
    """A call's arguments that are tensors."""
    return [argument for argument in each.args if isinstance(argument, Tensor)]


def call(*args: Any, **kwargs: Any) -> Call:
    """A call written as one: options of `Call` have a leading underscore."""
    options = {key[1:]: kwargs.pop(key) for key in list(kwargs) if key.startswith("_")}
    return Call(args, kwargs, **options)
