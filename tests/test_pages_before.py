"""What pages show since nh3 makes them safe, against what they showed before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from browsers import needs_browser, opened
from bs4 import BeautifulSoup, Tag
from PIL import Image, ImageChops
from realistic_pages import BEFORE, page_of, pages, sanitised

SHOWN_BEFORE: dict[str, str] = json.loads(BEFORE.read_text())
NAMES = sorted(SHOWN_BEFORE)


def words(shown: str) -> list[str]:
    """The visible words, in their order."""
    return BeautifulSoup(shown, "html.parser").get_text().replace("\xa0", " ").split()


def dom(shown: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every element with its attributes; of a style, its declarations, however they are spaced."""
    return [
        (tag.name, sorted((name, _plain(name, tag[name])) for name in tag.attrs))
        for tag in BeautifulSoup(shown, "html.parser").find_all(True)
        if isinstance(tag, Tag)
    ]


def _plain(name: str, value: object) -> str:
    text = " ".join(value) if isinstance(value, list) else str(value)
    if name != "style":
        return text
    parts = [re.sub(r"\s*([:,])\s*", r"\1", part.strip()) for part in text.split(";")]
    return ";".join(part.replace("'", '"') for part in parts if part)


def test_every_kind_of_page_was_kept() -> None:
    assert sorted(pages()) == NAMES
    assert len(NAMES) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_the_same_words_elements_and_attributes(name: str) -> None:
    now = sanitised(pages()[name])
    assert words(now) == words(SHOWN_BEFORE[name])
    assert dom(now) == dom(SHOWN_BEFORE[name])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with opened(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("name", NAMES)
def test_a_page_looks_the_same(name: str, browser, tmp_path: Path) -> None:
    head = re.search(r"(?s)<style.*</style>", page_of(pages()["answers"]))
    assert head is not None
    pictures = []
    for number, shown in enumerate((SHOWN_BEFORE[name], sanitised(pages()[name]))):
        place = tmp_path / f"{number}.html"
        place.write_text(f"<meta charset=utf-8>{head[0]}<body>{shown}</body>", encoding="utf-8")
        browser.get(place.as_uri())
        pictures.append(Image.open(BytesIO(browser.get_screenshot_as_png())).convert("L"))
    assert max(pictures[0].getextrema()) - min(pictures[0].getextrema()) > 100, "a blank page"
    different = ImageChops.difference(*pictures).point(lambda value: 255 if value > 16 else 0)
    share = different.histogram()[255] / (different.width * different.height)
    assert share < 0.001, f"{share:.2%} of the page's pixels differ"
