"""Gradescope's export: folders `submission_123`, and who they are in `submission_metadata.yml`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import yaml

from .owner import Owner

SYSTEM = "gradescope"
METADATA = "submission_metadata.yml"
LONGEST_METADATA = 16 * 2**20
_FOLDER = re.compile(r"submission_\d+")
_EXPORT = re.compile(r"assignment_\d+_export.*")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def is_submission(name: str) -> bool:
    """Whether an export calls a submission's folder so."""
    return _FOLDER.fullmatch(name) is not None


def is_export(name: str) -> bool:
    """Whether an export's own folder or zip has this name."""
    return _EXPORT.fullmatch(name) is not None


def owners_in(metadata: bytes) -> dict[str, tuple[Owner, ...]]:
    """Whose each folder of an export is.

    Args:
        metadata: the content of `submission_metadata.yml`.

    Raises:
        ValueError: where it is none.
    """
    try:
        # Everything stays text: no tag makes an object, and a number keeps its zeros.
        content = yaml.load(metadata.decode("utf-8", "replace"), Loader=_LOADER)
    except yaml.YAMLError as error:
        raise ValueError(f"{METADATA} cannot be read ({type(error).__name__})") from error
    if not isinstance(content, dict):
        raise ValueError(f"{METADATA} does not list submissions")
    return {
        str(folder): owners
        for folder, about in content.items()
        if isinstance(about, dict) and (owners := _owners(about))
    }


def _owners(about: dict[str, Any]) -> tuple[Owner, ...]:
    submitters = about.get(":submitters")
    people = [each for each in submitters or () if isinstance(each, dict)]
    time = _moment(about.get(":created_at"))
    names = tuple(_text(each, ":name") for each in people)
    return tuple(
        Owner(
            SYSTEM,
            _text(each, ":name"),
            _text(each, ":sid"),
            email=_text(each, ":email"),
            time=time,
            group=names if len(names) > 1 else (),
        )
        for each in people
        if _text(each, ":name") or _text(each, ":sid") or _text(each, ":email")
    )


def _text(about: dict[str, Any], key: str) -> str:
    value = about.get(key)
    return value.strip() if isinstance(value, str) and value not in ("null", "~") else ""


def _moment(text: Any) -> datetime | None:
    found = _TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        return None
    day, clock, _, zone = found.groups()
    zone = "+00:00" if zone is None or zone.upper() in ("Z", "UTC") else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
