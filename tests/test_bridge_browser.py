"""What is known to get past sanitisers, in a real browser: nothing of it acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bridge_pages import ACT, HTML_PAYLOADS, MARKDOWN_PAYLOADS, acting_parts, hostile_notebook
from browsers import needs_browser, opened
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from realistic_pages import page_of

from autograder.bridge.markup import SanitizeSubmission, clean_html

ON = f'onerror="{ACT}"'
BAD = f"<img src=x {ON}>"
MUTATIONS = [
    f"<math><mtext><table><mglyph><style><math><img src=x {ON}>",
    f"<math><mi><mglyph><style><!--</style>{BAD}-->",
    f"<form><math><mtext></form><form><mglyph><style></math>{BAD}",
    f"<svg></p><style><a id='</style>{BAD}'>",
    f"<svg><foreignObject><style>{BAD}</style></foreignObject></svg>",
    f"<svg><desc><noscript>{BAD}</noscript></desc></svg>",
    f"<noscript><style></noscript>{BAD}</style></noscript>",
    f'<noscript><a title="</noscript>{BAD}"></noscript>',
    f"<template><style></template>{BAD}</style></template>",
    f"<title><a title='</title>{BAD}'></title>",
    f"<textarea><a title='</textarea>{BAD}'></textarea>",
    f"<xmp><p title='</xmp>{BAD}'></xmp>",
    f"<iframe><p title='</iframe>{BAD}'></iframe>",
    f"<select><style></select>{BAD}</style></select>",
    f"<table><td><select><svg><style>{BAD}</style></table>",
    f"<a title='{BAD}'>x</a><p title='--><script>{ACT}</script>'>",
    f"<!--><img src=x {ON}>-->",
    f"<!-- --!><img src=x {ON}>-->",
    f"<![CDATA[><img src=x {ON}>]]>",
    f"<?xml ><img src=x {ON}>?>",
    f"<b title=`><img src=x {ON}>`>",
    f"<img/src=x/{ON}>",
    f"<img src=x\x00 {ON}>",
    f"<img src='x'{ON}>",
    f'<img src="x` `{BAD}"` `>',
    f"<<img src=x {ON}>",
    f"<img src=x onerror\x0b={ACT}>",
    f'<IMG """>{BAD}">',
    f"<plaintext>{BAD}",
    f"<body onload={ACT}><body onpageshow={ACT}>",
    f"<video><source {ON}></video><audio src=x {ON}></audio>",
    f"<marquee onstart={ACT}>x</marquee>",
    f"<input autofocus onfocus={ACT}><button formaction=javascript:{ACT}>x</button>",
    f"<object data='javascript:{ACT}'></object><embed src='javascript:{ACT}'>",
    f"<iframe src='javascript:parent.{ACT}'></iframe>",
    f"<isindex type=image src=x {ON}>",
    f"<link rel=stylesheet href='data:text/css,*{{color:red}}'><base href='javascript:{ACT}//'>",
    "<style>@import 'data:text/css,body{position:fixed}';</style>",
    f"<p style=\"width:expression({ACT});color:url('javascript:{ACT}')\">x</p>",
    f"<svg><use href=\"data:image/svg+xml,<svg id='x'><script>{ACT}</script></svg>#x\"/></svg>",
    f"<svg><animate onbegin={ACT} attributeName=x dur=1s></svg>",
    f"<svg><set attributeName=href to=javascript:{ACT}></svg>",
    f"<math href='javascript:{ACT}'>x</math>",
    f"<a href='&#106;avascript&colon;{ACT}'>x</a>",
    f"<a href='java&Tab;script&NewLine;:{ACT}'>x</a>",
    f"<a href=' &#14; javascript:{ACT}'>x</a>",
    f"<a href='data:text/html;base64,PHNjcmlwdD4='>x</a><a href='vbscript:{ACT}'>x</a>",
    f"<img src='data:text/html,{BAD}'><img src='javascript:{ACT}'>",
    f"<a href='feed:javascript:{ACT}'>x</a><a href='view-source:javascript:{ACT}'>x</a>",
]
OVERLAYS = [
    "position:fixed;top:0;left:0;width:100%;height:100%;z-index:99;color:red",
    "posi\\tion:absolute;color:red",
    "color:red;margin:-900px 0 0 -900px;margin-top:-90em",
    "color:red;margin-top:calc(0px - 900px);margin-left:calc(-1*900px)",
    "color:red;/**/position:fixed;transform:translateY(-900px);top:0",
    "color:red;font-family:'x;position:fixed;top:0;'",
    "color:red;background-color:image-set(url(x));border-left:url(x)",
]


def test_no_mutation_leaves_a_part_that_acts() -> None:
    assert [payload for payload in MUTATIONS if acting_parts(clean_html(payload))] == []


@pytest.mark.parametrize("style", OVERLAYS)
def test_a_style_moves_nothing_over_the_page(style: str) -> None:
    cleaned = clean_html(f'<div style="{style}">x</div>')
    assert not any(word in cleaned for word in ("fixed", "absolute", "-9", "url", "transform"))
    assert ">x</div>" in cleaned


def test_no_part_takes_the_name_of_one_of_the_pages() -> None:
    assert clean_html('<b id="attention" name="submission_id" class="comment">x</b>') == "<b>x</b>"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    with opened(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.mark.browser
@needs_browser
def test_no_payload_acts_in_a_browser(browser, tmp_path: Path) -> None:
    cells = [new_markdown_cell(payload) for payload in MUTATIONS]
    outputs = [new_output("display_data", {"text/html": payload}) for payload in MUTATIONS]
    cells += [*hostile_notebook().cells, new_code_cell(outputs=outputs)]
    page = page_of(SanitizeSubmission().preprocess(new_notebook(cells=cells), {})[0])
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    browser.get((tmp_path / "page.html").as_uri())
    browser.execute_script(
        "document.querySelectorAll('#notebook-container *').forEach(part => {"
        "for (const kind of ['mouseover', 'focus', 'toggle', 'error'])"
        " part.dispatchEvent(new Event(kind));"
        "const leads = /^(https?:|mailto:|#)/.test(part.getAttribute('href') || '#');"
        "if (part.tagName === 'A' && !leads) part.click()})"
    )
    assert browser.execute_script("return document.documentElement.dataset.acted") is None
    assert browser.current_url.startswith((tmp_path / "page.html").as_uri())
    fixed = "return Array.from(document.querySelectorAll('#notebook-container *')).filter(part => "
    fixed += "['fixed', 'absolute'].includes(getComputedStyle(part).position)).length"
    assert browser.execute_script(fixed) == 0


@pytest.mark.browser
@needs_browser
def test_the_browser_would_act_on_them(browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>" + "".join(HTML_PAYLOADS), encoding="utf-8")
    browser.get((tmp_path / "page.html").as_uri())
    assert browser.execute_script("return document.documentElement.dataset.acted") == "yes"
    assert len(MUTATIONS) + len(HTML_PAYLOADS) + len(MARKDOWN_PAYLOADS) > 70
