"""Pictures in answers: whoever marks and whoever reads the feedback sees each, or a note on it."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from browsers import needs_browser, opened
from nbconvert.exporters import HTMLExporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from PIL import Image
from realistic_pages import CURVE, page_of, png
from test_bridge_restore import ANSWERS, by_name, cells, restore

from autograder.bridge.bounds import PICTURE
from autograder.bridge.markup import SanitizeSubmission, safe_markdown
from autograder.bridge.reading import read_notebook

__all__ = ["cells"]


def drawn(kind: str) -> str:
    """A picture in a format of Pillow's, as base64."""
    stream = BytesIO()
    Image.new("RGB", (30, 20), (200, 30, 30)).save(stream, kind)
    return base64.b64encode(stream.getvalue()).decode()


PNG, JPEG, GIF, WEBP = png(30, 20), drawn("JPEG"), drawn("GIF"), drawn("WEBP")
SVG = base64.b64encode(CURVE.encode()).decode()
LARGE = base64.b64encode(base64.b64decode(PNG) + bytes(3 * 10**6)).decode()
MAC = "Bildschirmfoto 2026-05-04 um 12.00.00.png"
ODD = "Größe [1] & (2) 100%.png"
PASTED: dict[str, tuple[str, dict[str, dict[str, str]]]] = {
    "plain": ("![p](attachment:p.png)", {"p.png": {"image/png": PNG}}),
    "blanks": (f"![s](attachment:{MAC})", {MAC: {"image/png": PNG}}),
    "brackets": ("![i](attachment:image (1).png)", {"image (1).png": {"image/png": PNG}}),
    "percent": ("![i](attachment:image%20(1).png)", {"image (1).png": {"image/png": PNG}}),
    "angles": ("![i](<attachment:image (1).png>)", {"image (1).png": {"image/png": PNG}}),
    "odd": (f"so: ![x](attachment:{ODD}) there", {ODD: {"image/png": PNG}}),
    "odd, encoded": (
        "![x](attachment:Gr%C3%B6%C3%9Fe%20%5B1%5D%20%26%20%282%29%20100%25.png)",
        {ODD: {"image/png": PNG}},
    ),
    "img": ('<img src="attachment:x.png" width="50">', {"x.png": {"image/png": PNG}}),
    "img, blanks": (f"<img src='attachment:{MAC}'>", {MAC: {"image/png": PNG}}),
    "jpeg": ("![j](attachment:j.jpg)", {"j.jpg": {"image/jpeg": JPEG}}),
    "gif": ("![g](attachment:g.gif)", {"g.gif": {"image/gif": GIF}}),
    "webp": ("![w](attachment:w.webp)", {"w.webp": {"image/webp": WEBP}}),
    "svg": ("![v](attachment:v.svg)", {"v.svg": {"image/svg+xml": SVG}}),
    "svg as text": ("![v](attachment:v.svg)", {"v.svg": {"image/svg+xml": CURVE}}),
    "wrong type": ("![m](attachment:m.svg)", {"m.svg": {"image/svg+xml": PNG}}),
    "in a table": (
        "| a |\n|---|\n| ![p](attachment:a b.png) |",
        {"a b.png": {"image/png": PNG}},
    ),
    "by reference": ("![p][r]\n\n[r]: attachment:p.png", {"p.png": {"image/png": PNG}}),
    "data": (f"See ![d](data:image/png;base64,{PNG})!", {}),
    "data, jpeg": (f"![d](data:image/jpeg;base64,{JPEG})", {}),
    "data, webp": (f"![d](data:image/webp;base64,{WEBP})", {}),
    "data in img": (f'<p>x</p><img alt="d" src="data:image/gif;base64,{GIF}">', {}),
    "handed in": ("![f](figures/my%20plot.png)", {}),
    "handed in, img": ('<img src="./figures/my plot.png">', {}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A submission with a picture and a file that is none; a picture of somebody else's."""
    place = tmp_path / "submission"
    (place / "figures").mkdir(parents=True)
    (place / "figures" / "my plot.png").write_bytes(base64.b64decode(PNG))
    (place / "utils.png").write_text("no_picture = 1")
    (tmp_path / "other.png").write_bytes(base64.b64decode(PNG))
    (place / "link.png").symlink_to(tmp_path / "other.png")
    return place


def graded(cell: NotebookNode, folder: Path) -> NotebookNode:
    """A cell's notebook as it is handed in, read, and made safe to show."""
    path = folder / "vit-cifar10.ipynb"
    path.write_text(json.dumps(new_notebook(cells=[cell])), encoding="utf-8")
    about = {"metadata": {"path": str(folder)}}
    return SanitizeSubmission().preprocess(read_notebook(path), about)[0]


def pasted(name: str) -> NotebookNode:
    source, attachments = PASTED[name]
    return new_markdown_cell(source, attachments=attachments)


@pytest.mark.parametrize("name", PASTED)
def test_a_picture_is_in_the_page(name: str, folder: Path) -> None:
    page = page_of(graded(pasted(name), folder))
    body = page[page.index("notebook-container") :]
    assert body.count("data:image/") == 1
    assert "attachment:" not in body


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with opened(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("template", ["formgrade", "classic"])
def test_a_browser_shows_every_picture(template: str, browser, folder: Path) -> None:
    exporter = HTMLExporter(
        template_name=template, extra_template_basedirs=[handlers.template_path]
    )
    output = new_output("display_data", {"image/gif": GIF, "text/plain": "<Image>"})
    pages = [graded(pasted(name), folder) for name in PASTED]
    pages.append(graded(new_code_cell(outputs=[output]), folder))
    whole = new_notebook(cells=[cell for page in pages for cell in page.cells])
    for number, cell in enumerate(whole.cells):
        cell.id = str(number)
    page, _ = exporter.from_notebook_node(whole, resources={"index": 0, "total": 1})
    (folder / "page.html").write_text(page, encoding="utf-8")
    browser.get((folder / "page.html").as_uri())
    widths = browser.execute_script(
        "return Array.from(document.querySelectorAll('.rendered_html img, .output img'))"
        ".map(image => image.naturalWidth)"
    )
    assert len(widths) == len(PASTED) + 1
    assert all(widths), widths


@pytest.mark.parametrize(
    ("source", "attachments", "note"),
    [
        ("![p](attachment:gone.png)", {}, "“gone.png” is not in the notebook"),
        ("![p](plot.png)", {}, "“plot.png” was not handed in"),
        ('<img src="./plot.png">', {}, "“./plot.png” was not handed in"),
        ("![p](../other.png)", {}, "picture here has no address that can be shown"),
        ("![p](link.png)", {}, "“link.png” was not handed in"),
        ("![p](%2e%2e/other.png)", {}, "“../other.png” was not handed in"),
        ("![p](utils.png)", {}, "“utils.png” is of a kind that no browser shows"),
        ("![p](attachment:p.png)", {"p.png": {"image/png": "AAAA"}}, "no browser shows"),
        ("![p](attachment:p.png)", {"p.png": {"image/png": "A"}}, "is damaged"),
        ("![p](data:image/heic;base64,AAAA)", {}, "pasted here is of a kind that no browser"),
        (
            "![p](attachment:p.png)",
            {"p.png": {"image/png": PNG + "A" * PICTURE}},
            "“p.png” is too large to show here (8 MB",
        ),
    ],
)
def test_a_picture_that_cannot_be_shown_is_named(
    source: str, attachments: dict[str, dict[str, str]], note: str, folder: Path
) -> None:
    shown = safe_markdown(source, attachments, folder)
    assert note in shown
    assert "<img" not in shown


def test_a_page_gets_no_endless_pictures(folder: Path) -> None:
    attachments = {"p q.png": {"image/png": LARGE}}
    shown = safe_markdown("![p](attachment:p q.png)\n\n" * 100, attachments, folder)
    assert len(shown) < 50 * 10**6
    assert "the pictures before it are all that this page can hold" in shown


def test_an_address_in_words_stays_words() -> None:
    source = "Write `![x](attachment:a b.png)`; ![x](attachment:a b.png)"
    shown = safe_markdown(source, {"a b.png": {"image/png": PNG}})
    assert "<code>![x](attachment:a b.png)</code>" in shown
    assert shown.count("data:image/png") == 1


def test_a_picture_in_a_text_too_long_to_render_is_shown_below_it() -> None:
    source = "word " * 10_000 + f"![x](data:image/png;base64,{PNG})"
    shown = safe_markdown(source, {})
    assert f"data:image/png;base64,{PNG}" in shown
    assert shown.startswith("```\nword")


def test_an_answer_of_a_pasted_picture_is_an_answer(cells: list[NotebookNode]) -> None:
    for answer, source in ((3, ANSWERS[0].source), (5, "")):
        cells[answer].source = source
        cells[answer].attachments = {"my plot.png": {"image/png": PNG}}
    cells.insert(4, new_markdown_cell("a text below it"))
    found = by_name(restore(cells))
    for name, known in zip(("answer-1", "answer-2"), ANSWERS, strict=True):
        assert "was left as it was" not in found[name].source
        assert found[name].source != known.source
        assert PNG in safe_markdown(found[name].source, found[name].attachments)


def test_pictures_stay_in_answers_that_were_moved_or_doubled(cells: list[NotebookNode]) -> None:
    cells[3].source = "![my plot](attachment:my plot.png)"
    cells[3].attachments = {"my plot.png": {"image/png": PNG}}
    cells.append(copy.deepcopy(cells[3]))
    cells.append(cells.pop(3))
    restored = restore(cells)
    kept = [cell for cell in restored.cells if cell.get("attachments")]
    assert len(kept) == 2
    assert by_name(restored)["answer-1"] in kept
