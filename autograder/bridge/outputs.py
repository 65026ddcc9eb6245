"""The student's own outputs, within bounds."""

from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from autograder.bridge import bounds

TEXTS = ("text/plain", "text/latex")


class CapOutputs(NbGraderPreprocessor):
    """Keep what the student's cells printed and drew, each in a size a browser can show.

    Whatever is cut is named in its place. The handed-in file keeps all of it.
    """

    max_text = Integer(
        20_000, help="Characters kept of one printed output or traceback; the end is cut."
    ).tag(config=True)
    max_data = Integer(
        2_000_000, help="Characters kept of one picture or table, as the notebook stores it."
    ).tag(config=True)
    max_notebook = Integer(
        20_000_000, help="Characters kept of all outputs of a notebook together."
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Shorten the outputs of every code cell."""
        left, words_left = self.max_notebook, bounds.TEXT_IN_ALL
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            kept = []
            for output in map(self._shorten, cell.outputs):
                size, words = len(str(output)), _words(output)
                if size > left or words > words_left:
                    kept.append(_note(f"{size:,} characters of output left out: too many in all"))
                    continue
                left, words_left = left - size, words_left - words
                kept.append(output)
            cell.outputs = kept
        return nb, resources

    def _shorten(self, output: NotebookNode) -> NotebookNode:
        if output.output_type == "stream":
            output.text = self._cut(output.text)
        elif output.output_type == "error":
            output.evalue = self._cut(output.evalue)
            whole = "\n".join(output.traceback)
            if len(whole) > self.max_text:
                output.traceback = self._cut(whole).split("\n")
        else:
            for kind, value in list(output.data.items()):
                most = self.max_text if kind == "text/latex" else self.max_data
                if kind == "text/plain" or len(value) <= most:
                    continue
                del output.data[kind]
                note = f"[{kind} of {len(value):,} characters left out: too large to show]"
                output.data["text/plain"] = f"{note}\n{output.data.get('text/plain', '')}"
            if "text/plain" in output.data:
                output.data["text/plain"] = self._cut(output.data["text/plain"])
        return output

    def _cut(self, text: str) -> str:
        return bounds.cut(text, self.max_text)


def _words(output: NotebookNode) -> int:
    """How long the output's text is; pictures and tables are not counted."""
    if output.output_type == "error":
        return sum(map(len, output.traceback))
    data = output.get("data", {})
    return len(output.get("text", "")) + sum(len(data.get(k, "")) for k in TEXTS)


def _note(words: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=f"[{words}]\n")
