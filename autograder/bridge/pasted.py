"""The pictures in what a student wrote: pasted, written out in full, or a file beside the notebook.

A parser never sees a picture's bytes. `Pictures.hide` puts a short address in the place of each
before the text is parsed; `Pictures.show` puts the pictures into the cleaned HTML, and a note that
names it in the place of one that cannot be shown.
"""

import base64
import binascii
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from autograder.bridge.bounds import PICTURE

PREFIX = "attachment:"
HIDDEN = "attachment:vitcourse-"
# What a file begins with; a browser asks no more of a picture.
_BEGINNINGS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_WRITTEN_OUT = re.compile(r"data:image/[a-z0-9.+-]{1,30};base64,[A-Za-z0-9+/=%]*", re.IGNORECASE)
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_HIDDEN = re.compile(re.escape(HIDDEN) + r"(\d{1,6})\.")


class NoPictureError(Exception):
    """A picture that cannot be shown; the message says why."""


@dataclass
class Allowance:
    """How many characters of pictures a notebook's page may still get.

    Attributes:
        left: what is left of them.
    """

    left: int = 5 * PICTURE


def as_address(data: str, kind: str = "") -> str:
    """A picture as the address that shows it.

    The bytes say what it is; a vector drawing has no such beginning and goes by its type. It is
    only ever shown as a picture, in which no script runs.

    Args:
        data: the picture in base64, or a vector drawing as it is.
        kind: the type that was written beside it.

    Raises:
        NoPictureError: it is too large, or no picture that a browser shows.
    """
    if len(data) > PICTURE:
        raise NoPictureError(
            f"is too large to show here ({len(data) / 1e6:.0f} MB as text; {PICTURE / 1e6:.0f} MB "
            "is the most); it is in the file that was handed in"
        )
    if kind == "image/svg+xml" and data.lstrip()[:1] == "<":
        data = base64.b64encode(data.encode()).decode()
    packed = re.sub(r"\s+", "", data)
    try:
        start = base64.b64decode(packed[:64], validate=True)
        base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoPictureError("is damaged") from error
    found = next((kind for begin, kind in _BEGINNINGS.items() if start.startswith(begin)), None)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        found = "image/webp"
    if found is None and kind == "image/svg+xml" and b"<" in start:
        found = kind
    if found is None:
        raise NoPictureError("is of a kind that no browser shows")
    return f"data:{found};base64,{packed}"


class Pictures:
    """The pictures of one cell.

    Attributes:
        hidden: the addresses that were replaced, as they were written.
    """

    def __init__(
        self,
        attachments: Mapping[str, Mapping[str, str]],
        folder: Path | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        """Look at a cell.

        Args:
            attachments: what was pasted into it, by name and type.
            folder: the submission, for pictures that are files; None where there is none.
            allowance: what the notebook's other pictures left.
        """
        self.hidden: list[str] = []
        self._attachments = attachments
        self._folder = folder
        self._allowance = allowance if allowance is not None else Allowance()

    def hide(self, source: str) -> str:
        """The text with a short address for each picture that is pasted or written out in full."""
        return self._names().sub(self._hide, _WRITTEN_OUT.sub(self._hide, source))

    def show(self, cleaned: str) -> str:
        """The cleaned HTML with its pictures, and notes on those that cannot be shown."""
        return _HIDDEN.sub(
            lambda found: html.escape(_shortened(self._written(found[0]))),
            _IMAGE.sub(self._image, cleaned),
        )

    def in_words(self, text: str) -> str:
        """The text as it was typed, with long addresses cut."""
        return _HIDDEN.sub(lambda found: _shortened(self._written(found[0])), text)

    def shown_by_stock(self, sources: Sequence[str]) -> bool:
        """Whether nbconvert shows these pictures as they are, each once."""
        found = [self._written(source) for source in sources]
        return len(found) == len(set(found)) and all(map(self._is_exact, found))

    def all(self) -> str:
        """Every picture that was hidden, as HTML."""
        found = [self._image_of({"src": s}) for s in self.hidden]
        return "<div>\n" + "\n".join(found) + "\n</div>" if found else ""

    def _is_exact(self, source: str) -> bool:
        if is_remote(source):
            return True
        name = source.removeprefix(PREFIX)
        if name == source:
            return self._folder is None and not source.startswith("data:")
        bundle = self._attachments.get(name, {})
        try:
            return bool(bundle and _PLAIN_NAME.fullmatch(name)) and [
                as_address(data, kind) for kind, data in bundle.items()
            ] == [f"data:{kind};base64,{data}" for kind, data in bundle.items()]
        except NoPictureError:
            return False

    def _written(self, source: str) -> str:
        """An address as the student wrote it."""
        found = _HIDDEN.fullmatch(source)
        number = int(found[1]) if found else len(self.hidden)
        return self.hidden[number] if number < len(self.hidden) else source

    def _names(self) -> re.Pattern[str]:
        """Where an attachment's name stands, in any of the ways it is written."""
        forms = {
            form
            for name in self._attachments
            for form in (
                name,
                quote(name),
                quote(name, safe="()"),
                quote(name, safe=""),
                html.escape(name),
            )
        }
        longest = sorted(map(re.escape, forms), key=len, reverse=True)
        if not longest:
            return re.compile(r"(?!)")
        before = r"(?<=\]\()|(?<=\]\(<)|(?<=src=[\"'])|(?<=src=)|(?<=\]: )|(?<=\]: <)"
        return re.compile(f"(?:{before}){PREFIX}(?:{'|'.join(longest)})")

    def _hide(self, found: re.Match[str]) -> str:
        self.hidden.append(found[0])
        return f"{HIDDEN}{len(self.hidden) - 1}."

    def _image(self, found: re.Match[str]) -> str:
        return self._image_of({k: html.unescape(v) for k, v in _ATTRIBUTE.findall(found[1])})

    def _image_of(self, attributes: dict[str, str]) -> str:
        source = self._written(attributes.get("src", ""))
        try:
            address = self._address(source)
        except NoPictureError as reason:
            alt = " ".join(attributes.get("alt", "").split())
            typed = f"![{alt}]({_shortened(source)})"
            return html.escape(f"{typed} [The picture {_named(source)} {reason}.]")
        shown = {**attributes, "src": address}
        return "<img" + "".join(f' {k}="{html.escape(v)}"' for k, v in shown.items()) + ">"

    def _address(self, source: str) -> str:
        """The address that shows a picture."""
        if is_remote(source):
            return source
        if source.startswith("data:"):
            kind, _, data = source.removeprefix("data:").partition(";base64,")
            return self._spend(as_address(unquote(data), kind.lower()))
        if source.startswith(PREFIX):
            return self._spend(self._attached(source.removeprefix(PREFIX)))
        return self._spend(self._file(source)) if self._folder is not None else source

    def _attached(self, name: str) -> str:
        names = (name, unquote(name), html.unescape(name), unquote(html.unescape(name)))
        bundle = next((self._attachments[n] for n in names if n in self._attachments), None)
        if not bundle:
            raise NoPictureError("is not in the notebook")
        problem = NoPictureError("is damaged")
        for kind, data in bundle.items():
            try:
                return as_address(data, kind)
            except NoPictureError as error:
                problem = error
        raise problem

    def _file(self, source: str) -> str:
        """A picture that was handed in beside the notebook; nothing else is ever read."""
        assert self._folder is not None
        if not source:
            raise NoPictureError("has no address that can be shown")
        path = (self._folder / unquote(source)).resolve()
        try:
            if not path.is_relative_to(self._folder.resolve()) or not path.is_file():
                raise NoPictureError("was not handed in")
            if path.stat().st_size * 4 / 3 > PICTURE:
                raise NoPictureError("is too large to show here; it is in the submission")
            content = path.read_bytes()
        except (OSError, ValueError) as error:
            raise NoPictureError("cannot be read") from error
        kind = "image/svg+xml" if path.suffix.lower() == ".svg" else ""
        return as_address(base64.b64encode(content).decode(), kind)

    def _spend(self, address: str) -> str:
        if len(address) > self._allowance.left:
            raise NoPictureError(
                "is left out: the pictures before it are all that this page can hold; it is in "
                "the notebook that was handed in"
            )
        self._allowance.left -= len(address)
        return address


def _shortened(address: str) -> str:
    return address if len(address) < 200 else f"{address[:100]}…"


def is_remote(source: str) -> bool:
    """Whether a picture lies on the web."""
    return source.lower().startswith(("https://", "http://"))


def references(attachments: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Markdown that shows each of the pictures pasted into a cell."""
    for name in attachments:
        words = re.sub(r"[^\w .-]", " ", name)
        yield f"![{words}]({PREFIX}{quote(name, safe='')})"


def _named(source: str) -> str:
    """The picture's name in words."""
    if not source:
        return "here"
    if source.startswith("data:"):
        return "pasted here"
    return f"“{unquote(source.removeprefix(PREFIX))[:100]}”"
