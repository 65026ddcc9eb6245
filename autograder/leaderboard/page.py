"""The leaderboard as one page that needs nothing beside it: no script, font, picture or network."""

from __future__ import annotations

from html import escape

from autograder.checking.weights.evaluation import TITLES, percent

from .board import NOBODY, Board, Entry, about, nothing_listed

STYLE = """
:root { color-scheme: light dark; --line: #8a8886; --quiet: #605e5c; --bar: #2b579a; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 0 }
p { margin: .4rem 0 } main > p:last-child { margin-top: 2rem } .quiet { color: var(--quiet) }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-top: 1px solid var(--line) }
thead > tr > * { border-top: 0; font-size: .9rem }
tbody tr:last-child > * { border-bottom: 1px solid var(--line) }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 6.5rem }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.rank { white-space: nowrap; width: 5rem } .scale { width: 30% } tr > .scale { padding-right: 0 }
.scale div { height: .6rem; background: var(--bar); print-color-adjust: exact }
@media (max-width: 34rem) {
  .scale { display: none } table { font-size: .85rem } th, td { padding-right: .5rem }
  .rank { white-space: normal; width: 3rem } tr > :nth-child(4) { padding-right: 0 }
}
@media (prefers-color-scheme: dark) { :root { --line: #605e5c; --quiet: #c8c6c4; --bar: #9cc2ff } }
"""


def as_page(board: Board) -> str:
    """The leaderboard as HTML; every word that could be a student's is escaped."""
    body = (
        "".join(section(board, kind, entries) for kind, entries in board.entries.items())
        if board.joined
        else f"<p>{escape(NOBODY)}</p>"
    )
    measured = f"<p>{escape(about(board))}</p>" if board.joined else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Leaderboard</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Leaderboard</h1>\n{measured}{body}"
        '<p class="quiet">Listed are those who asked to be, by the nickname they chose. Each '
        "model was run by the course&#39;s own code on the weights handed in; equal accuracies "
        "share a rank, the smaller model first.</p>\n</main>\n</body>\n</html>\n"
    )


def section(board: Board, kind: str, entries: tuple[Entry, ...]) -> str:
    """One model's table."""
    heading = f'<h2 id="{kind}">{TITLES[kind]}</h2>\n'
    if not entries:
        return f"{heading}<p>{escape(nothing_listed(board, kind))}</p>\n"
    rows = "\n".join(map(row, entries))
    caption = (
        f"{len(entries)} of {board.joined} who joined; a {TITLES[kind]} is listed above "
        f"{board.least[kind]:.0%}. Test images: {board.data}."
    )
    return (
        f"{heading}<table>\n<caption>{escape(caption)}</caption>\n<thead><tr>"
        '<th scope="col" class="rank">Rank</th><th scope="col">Nickname</th>'
        '<th scope="col" class="number">Accuracy</th>'
        '<th scope="col" class="number">Parameters</th>'
        f'<td class="scale" aria-hidden="true"></td></tr></thead>\n<tbody>\n{rows}\n</tbody>\n'
        "</table>\n"
    )


def row(entry: Entry) -> str:
    """One model's row; the bar repeats the accuracy for the eye."""
    return (
        f'<tr><td class="rank">{entry.place}</td><th scope="row">{escape(entry.nickname)}</th>'
        f'<td class="number">{percent(entry.accuracy)}</td>'
        f'<td class="number">{entry.parameters:,}</td>'
        f'<td class="scale" aria-hidden="true"><div style="width:{entry.accuracy:.2%}"></div></td>'
        "</tr>"
    )
