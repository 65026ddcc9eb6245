"""What a student's source shows before it runs: ready-made attention, and what is no Python."""

from __future__ import annotations

import ast
import functools
import threading

from ..worker.ready_made import FUNCTIONS, PACKAGES

LONGEST_NAME = 100
PARSING = threading.Lock()
BANNED_NAMES = FUNCTIONS | {
    "MultiheadAttention",
    "Transformer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
}
BANNED_PACKAGES = tuple(f"{package}." for package in PACKAGES)
DEFINITIONS = {ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef}
BINDING = DEFINITIONS | {ast.Import, ast.ImportFrom, ast.Assign}
MENTIONING = {ast.Import, ast.ImportFrom, ast.Attribute, ast.Call, ast.Name}


@functools.lru_cache(maxsize=16)  # Two stages may stand in one file.
def ready_made(source: str) -> list[tuple[int, str]]:
    """Where a file reaches for something ready made: (line, dotted name), in order.

    Names are followed through imports (`*`, too), assignments of names (`f = torch.nn.functional`)
    and `getattr` with a literal, so that a function of the student's own that shares a name, and a
    module of the student's, are not taken for PyTorch's.

    Raises:
        SyntaxError, ValueError: where the file does not parse.
        RecursionError, MemoryError: where it is nested too deeply to be read.
    """
    nodes = list(ast.walk(syntax_tree(source)))
    names = imported_names([node for node in nodes if type(node) in BINDING])
    found = {
        (getattr(node, "lineno", 1), dotted)
        for node in nodes
        if type(node) in MENTIONING
        for dotted in mentions(node, names)
        if is_banned(dotted)
    }
    return sorted(found)


def syntax_tree(source: str) -> ast.Module:
    """What `ast.parse` gives: Python 3.11 counts the depth of all threads' trees together.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
    """
    with PARSING:
        return ast.parse(source)


def imported_names(nodes: list[ast.AST]) -> dict[str, str]:
    """What each name stands for, from imports and plain assignments."""
    names: dict[str, str] = {}
    starred: list[str] = []
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.split(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                starred += [node.module] * (alias.name == "*")
    own = {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
    }
    for module in starred:
        names |= {name: f"{module}.{name}" for name in BANNED_NAMES - own - names.keys()}
    for node in nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], dotted_name(node.value, names)
            if isinstance(target, ast.Name) and value and value.startswith("torch"):
                names.setdefault(target.id, value)
    return names


def dotted_name(node: ast.AST, names: dict[str, str]) -> str | None:
    """The full dotted name of an expression, where it is one."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
        if len(attributes) > LONGEST_NAME:
            raise RecursionError(f"a name of more than {LONGEST_NAME} parts")
    if attributes:
        owner = dotted_name(node, names)
        return ".".join([owner, *reversed(attributes)]) if owner else None
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Call) and len(node.args) >= 1:
        function = node.func
        literals = [
            arg.value
            for arg in node.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if isinstance(function, ast.Name) and function.id == "getattr" and literals:
            owner = dotted_name(node.args[0], names)
            return f"{owner}.{literals[0]}" if owner else None
        importing = isinstance(function, ast.Name) and function.id == "__import__"
        if importing or dotted_name(function, names) == "importlib.import_module":
            return literals[0] if literals else None
    return None


def mentions(node: ast.AST, names: dict[str, str]) -> list[str]:
    """The full names that a node mentions."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if not node.module or node.level:
            return []
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    dotted = dotted_name(node, names)
    return [dotted] if dotted else []


def is_banned(dotted: str) -> bool:
    """Whether a full name is PyTorch's own attention, or a package of ready-made models."""
    if f"{dotted}.".startswith(BANNED_PACKAGES):
        return True
    return dotted.startswith("torch.") and dotted.rpartition(".")[2] in BANNED_NAMES


def no_python(source: str) -> str:
    """What a file holds that cannot be Python, and what to try; "" where it may be Python."""
    start = source.lstrip()[:100].lower()
    if not start:
        return "is empty\nTry: save it in your editor, or take it from the homework's zip again."
    if start.startswith("{") and '"cells"' in source and '"nbformat"' in source:
        return (
            "holds a notebook, not Python\nTry: copy the code itself into the .py file; saving a "
            "notebook under another name does not change what it is."
        )
    if start.startswith(("<!doctype", "<html")):
        return (
            "holds a web page, not Python\nTry: download the file itself (on GitHub: the button "
            "“Raw”), not the page that shows it."
        )
    if "\0" in source or start.startswith(("pk\3\4", "%pdf", "{\\rtf")):
        return (
            "holds no text that can be read (null bytes, or another program's format)\n"
            "Try: open it in a code editor and save it again as plain text, in UTF-8."
        )
    return ""


def defined_twice(source: str) -> list[tuple[str, int, int]]:
    """Functions and classes that a file defines again further down: name, first and last line."""
    try:
        body = syntax_tree(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    lines: dict[str, list[int]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list:
            lines.setdefault(node.name, []).append(node.lineno)
    return [(name, each[0], each[-1]) for name, each in lines.items() if len(each) > 1]
