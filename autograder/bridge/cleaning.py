"""HTML of which only text, tables, pictures and plain links are left, in time linear in its length.

nh3 (the Rust library ammonia) decides what stays. Before it sees a tag, what is no allowed tag is
turned into the text it was written in, and what would make its parser slow is, too: elements nested
deeper and tags longer than anybody writes. So no element that changes how a browser reads what
follows (`style`, `svg`, `math`, `noscript`, `template`) ever reaches a parser as an element.
"""

import functools
import re

import nh3

# fmt: off
TAGS = frozenset([
    "a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd",
    "del", "details", "div", "dl", "dt", "em", "figcaption", "figure", "font", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s",
    "samp", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot",
    "th", "thead", "tr", "tt", "u", "ul", "var",
])
STYLES = frozenset([
    "color", "background-color", "font-weight", "font-style", "font-family", "font-size",
    "text-align", "text-decoration", "white-space", "word-break", "vertical-align", "margin",
    "margin-left", "margin-right", "margin-top", "margin-bottom", "padding", "padding-left",
    "padding-right", "padding-top", "padding-bottom", "border", "border-left", "border-right",
    "border-top", "border-bottom", "border-color", "border-collapse", "border-radius", "width",
    "max-width", "height", "overflow-x",
])
# Elements that a next one closes (`li`, `td`) or that hold nothing (`br`).
_CLOSED_BY_OTHERS = frozenset([
    "br", "caption", "col", "colgroup", "dd", "dt", "hr", "img", "li", "p", "tbody", "td",
    "tfoot", "th", "thead", "tr",
])
# fmt: on
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"colspan", "rowspan", "align"},
    "th": {"colspan", "rowspan", "align", "scope"},
    "col": {"span"},
    "font": {"color"},
    "ol": {"start"},
    "details": {"open"},
    "*": {"style"},
}
PICTURE = re.compile(
    r"data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE
)
LINK = re.compile(r"(?:https?://|mailto:|#)[^\x00-\x20]*", re.IGNORECASE)
FILE = re.compile(r"[\w%. ()-]+(?:/[\w%. ()-]+)*")
PLACEHOLDER = re.compile(r"attachment:[^\x00-\x20\"'<>\\]+")

MOST_NESTED = 100
LONGEST_TAG = 4_000
# No `url(`, no escapes and comments, and nothing negative: a margin could cover a page's buttons.
_VALUE = re.compile(
    r"(?!.*(?:url|expression|image|var|attr|env)\s*\()(?!.*(?:^|[\s,(])-)[\w\s#%.,()'\"!+-]{1,200}",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(
    r"<(/?)([A-Za-z][A-Za-z0-9]{0,15}+)(?=[\s/>])"
    r"(?:[\s/]*+=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+)?+)?+){0,30}+"
    r"[\s/]*+>"
)
_SHEET = re.compile(r"<(style|script)\b", re.IGNORECASE)


def is_harmless_url(tag: str, url: str) -> bool:
    """Whether a link only leads somewhere, or a picture only shows."""
    if FILE.fullmatch(url):
        return ".." not in url
    if tag != "img":
        return bool(LINK.fullmatch(url))
    remote = url.lower().startswith("https://") and LINK.fullmatch(url)
    return bool(PICTURE.fullmatch(url) or PLACEHOLDER.fullmatch(url) or remote)


@functools.lru_cache(maxsize=4096)  # A class's notebooks are mostly the same.
def clean_html(markup: str) -> str:
    """HTML of which only text, tables, pictures and plain links are left.

    What is not allowed is shown as the text it was written in.
    """
    return nh3.clean(
        _tags_as_text(markup),
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto", "data", "attachment"},
        link_rel=None,
    )


def without_sheets(markup: str) -> str:
    """HTML without style sheets and scripts: those of a table are no text."""
    kept, position = [], 0
    endless: set[str] = set()
    for found in _SHEET.finditer(markup):
        name = found[1].lower()
        if found.start() < position or name in endless:
            continue
        end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(markup, found.end())
        if end is None:
            endless.add(name)
            continue
        kept.append(markup[position : found.start()])
        position = end.end()
    return "".join([*kept, markup[position:]])


def _attribute(tag: str, name: str, value: str) -> str | None:
    """What stays of an attribute that may stay; None for nothing."""
    if name in ("href", "src"):
        return value if is_harmless_url(tag, value) else None
    return _style(value) if name == "style" else value


def _style(value: str) -> str | None:
    """The declarations that only change how a text looks where it stands."""
    kept = []
    for declaration in value[:LONGEST_TAG].split(";"):
        name, _, setting = (part.strip() for part in declaration.partition(":"))
        whole = setting.count('"') % 2 == setting.count("'") % 2 == 0
        if name.lower() in STYLES and whole and _VALUE.fullmatch(setting):
            kept.append(f"{declaration.strip()};")
    return " ".join(kept) or None


def _tags_as_text(markup: str) -> str:
    """The HTML with only those tags left that may stay; the others, as text; no comments."""
    pieces, position = [], 0
    last = markup.rfind(">")
    last_comment = markup.rfind("-->")
    open_tags: list[str] = []
    while (start := markup.find("<", position)) >= 0:
        pieces.append(markup[position:start])
        if markup.startswith("<!--", start) and start < last_comment:
            position = markup.index("-->", start) + 3
            continue
        found = _TAG.match(markup, start, start + LONGEST_TAG) if start < last else None
        if found is not None and _may_stay(found[2].lower(), bool(found[1]), open_tags):
            pieces.append(found[0])
            position = found.end()
        else:
            pieces.append("&lt;")
            position = start + 1
    return "".join([*pieces, markup[position:]])


def _may_stay(name: str, closing: bool, open_tags: list[str]) -> bool:
    if name not in TAGS:
        return False
    if name not in _CLOSED_BY_OTHERS:
        if not closing and len(open_tags) >= MOST_NESTED:
            return False
        if not closing:
            open_tags.append(name)
        elif open_tags and open_tags[-1] == name:
            open_tags.pop()
    return True
