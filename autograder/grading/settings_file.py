"""A TOML file of settings, validated by msgspec; what cannot be is refused by line and name."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import inspect

T = TypeVar("T", bound=msgspec.Struct)
PLACE = re.compile(r"at `\$\.(\w+)(?:\.(\w+))?[^`]*`$")


class ConfigError(ValueError):
    """A file of settings says something that cannot be; the message names line and entry."""


class SettingsFile(Generic[T]):
    """One file of settings.

    Args:
        path: the file.
        shape: a Struct with a field for each section, which is a Struct with its entries.

    Raises:
        ConfigError: where the file is not valid TOML in UTF-8.
    """

    def __init__(self, path: Path, shape: type[T]) -> None:
        self.path = path
        self.shape = shape
        try:
            self.text = path.read_text("utf-8")
            self.content = tomllib.loads(self.text)
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} is not text in UTF-8: {error}") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path} is not valid TOML: {error}") from error
        self.sections = {
            field.name: {entry.name: entry for entry in field.type.fields}
            for field in fields(shape)
            if isinstance(field.type, inspect.StructType)
        }

    def read(self) -> T:
        """What the file says, with the defaults where it says nothing.

        Raises:
            ConfigError: for an unknown section or entry, and a value that cannot be.
        """
        try:
            return msgspec.convert(self.content, self.shape)
        except msgspec.ValidationError as error:
            raise self._in_words(str(error)) from error

    def refusal(self, section: str, entry: str, allowed: str = "") -> ConfigError:
        """The error for an entry whose value cannot be.

        Args:
            section, entry: where it stands, if it stands there.
            allowed: what can stand there; "" takes what the entry's type says.
        """
        found = self.content.get(section, {}).get(entry)
        words = f"[{section}] {entry} is {allowed or described(self.sections[section][entry])}"
        return self._error(f"{words}; found {written(found)}", section, entry)

    def says(self, section: str, entry: str) -> bool:
        """Whether an entry is in the file."""
        return entry in self.content.get(section, {})

    def _in_words(self, message: str) -> ConfigError:
        place = PLACE.search(message)
        section, entry = place.groups() if place else ("", "")
        if "unknown field" in message:
            return self._unknown_entry(section) if section else self._unknown_section()
        if entry:
            return self.refusal(section, entry)
        words = f"{section} is a section, written [{section}] in a line of its own"
        return self._error(f"{words}; found {written(self.content[section])}", section)

    def _unknown_entry(self, section: str) -> ConfigError:
        known = self.sections[section]
        name = next(name for name in self.content[section] if name not in known)
        words = f'[{section}] has no entry "{name}".'
        if near := difflib.get_close_matches(name, known, n=1):
            words += f' Did you mean "{near[0]}"?'
        elif home := self._home(name):
            words += f" It belongs below [{home}]."
        return self._error(f"{words} There are: {', '.join(known)}", section, name)

    def _unknown_section(self) -> ConfigError:
        name = next(name for name in self.content if name not in self.sections)
        if isinstance(self.content[name], dict):
            words = f"there is no section [{name}]."
            if near := difflib.get_close_matches(name, self.sections, n=1):
                words += f" Did you mean [{near[0]}]?"
        else:
            words = f'"{name}" stands in no section.'
            if home := self._home(name):
                words += f" It belongs below [{home}]."
        known = ", ".join(f"[{section}]" for section in self.sections)
        return self._error(f"{words} There are: {known}", name)

    def _home(self, name: str) -> str:
        """The section that has an entry of this name, or ""."""
        homes = [section for section, entries in self.sections.items() if name in entries]
        return homes[0] if homes else ""

    def _error(self, words: str, *keys: str) -> ConfigError:
        return ConfigError(f"{self.path}, line {line_of(self.text, *keys)}: {words}")


def fields(shape: type[msgspec.Struct]) -> tuple[inspect.Field, ...]:
    """The fields of a Struct."""
    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    return kind.fields


def described(entry: inspect.Field) -> str:
    """What can stand in an entry, with its default as the example."""
    example = f", for example {written(entry.default)}"
    match entry.type:
        case inspect.Metadata(extra_json_schema={"description": words}):
            return f"{words}{example}"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(written, values))}"
        case inspect.IntType(ge=low, le=high):
            return f"a whole number from {low:,} to {high:,}{example}"
        case inspect.FloatType(ge=low, le=high):
            return f"a number from {low:,} to {high:,}{example}"
    return f"text in quotes{example}"


def written(value: Any) -> str:
    """A value as TOML writes it, or nearly so."""
    return json.dumps(value, default=str)


def line_of(text: str, *keys: str) -> int:
    """The line on which a section of a TOML file, or an entry, is first written, from 1.

    The lines up to the end of an entry are a whole TOML file, and those that end inside one are
    none: so the first such part that has the entry ends with it.

    Args:
        text: the file, which is valid.
        keys: the section, and the entry in it.
    """
    lines = text.split("\n")
    start = 1
    for end in range(1, len(lines) + 1):
        try:
            found: Any = tomllib.loads("\n".join(lines[:end]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return start
        start = end + 1
    return len(lines)
