"""Write the parts of the documents that are made from the code: `make docs`.

Each part stands between two comments, `<!-- begin NAME -->` and `<!-- end NAME -->`; the text around it is written by
hand. `python docs/generate.py --check` writes nothing, names the parts that are not current and ends with status 1.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from archive.cli.program import group
from crawler.comments.registry import COMMENT_SYSTEMS
from crawler.platforms.registry import PLATFORMS

DOCS = Path(__file__).parent
ROOT = DOCS.parent

#: Columns of a terminal, less the two that click leaves free.
HELP_WIDTH = 80 - 2
#: Name of the platform and of the comment system that take what no other does: the last row of their tables.
OTHERS = "generic"


def main() -> int:
    """Write what is not current; with `--check`, only name it. Return the exit status."""
    check = sys.argv[1:] == ["--check"]
    stale = False
    for path, part, text in generated():
        document = path.read_text(encoding="utf-8")
        current = replaced(document, part, text)
        if current == document:
            continue
        stale = True
        name = path.relative_to(ROOT)
        if check:
            sys.stderr.write(f"{name}: the part {part} is not current; run `make docs`\n")
        else:
            path.write_text(current, encoding="utf-8")
            sys.stdout.write(f"{name}: the part {part} is written\n")
    return 1 if check and stale else 0


def generated() -> Iterator[tuple[Path, str, str]]:
    """Yield document, part and text of every generated part."""
    for (document, part), write in PARTS.items():
        yield DOCS / document, part, write()


def replaced(document: str, part: str, text: str) -> str:
    """Return a document with the text of a part replaced; raise `ValueError` where it has no such part."""
    begin, end = f"<!-- begin {part} -->", f"<!-- end {part} -->"
    before, found_begin, rest = document.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end:
        raise ValueError(f"the document needs {begin} and {end}")
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"


def command_line() -> str:
    """Return the help of `sales-archive` and of each command and subcommand."""
    return "\n\n".join(f"## {title}\n\n```text\n{text}\n```" for title, text in _helps(group, None, "sales-archive"))


def files() -> str:
    """Return a table for each folder of the three packages: each module and what it is for."""
    packages = [path for name in ("archive", "crawler", "webui") for path in (ROOT / name).rglob("__init__.py")]
    return "\n\n".join(_folder(path.parent) for path in sorted(packages))


def platforms() -> str:
    """Return the table of platforms."""
    rows = [
        (each.name, each.title, (each.lists_posts_by, each.reads_threads_by, each.requests_needed))
        for each in PLATFORMS.values()
    ]
    return _table(("platform", "posts", "threads", "requests for 1,000 posts and 5,000 comments"), _grouped(rows))


def comment_systems() -> str:
    """Return the table of comment systems."""
    rows = [(each.name, each.title, (each.read_by,)) for each in COMMENT_SYSTEMS.values()]
    return _table(("system", "how it is read"), _grouped(rows))


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("cli.md", "commands"): command_line,
    ("map.md", "files"): files,
    ("platforms.md", "platforms"): platforms,
    ("platforms.md", "comment systems"): comment_systems,
}


def _helps(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    settings = {**command.context_settings, "terminal_width": HELP_WIDTH}
    with click.Context(command, parent=parent, info_name=name, **settings) as context:
        yield context.command_path, command.get_help(context)
        if isinstance(command, click.Group):
            for subcommand in command.list_commands(context):
                found = command.get_command(context, subcommand)
                if found is not None:
                    yield from _helps(found, context, subcommand)


def _folder(folder: Path) -> str:
    name = folder.relative_to(ROOT).as_posix()
    modules = sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")
    lines = [f"## {name}/", "", _first_sentence(folder / "__init__.py")]
    if modules:
        rows = [(f"`{path.name}`", _first_sentence(path)) for path in modules]
        lines += ["", _table(("file", "what it is for"), rows)]
    return "\n".join(lines)


def _first_sentence(path: Path) -> str:
    documented = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    paragraph = " ".join(documented.partition("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", paragraph)[0]


def _grouped(rows: Sequence[tuple[str, str, tuple[str, ...]]]) -> list[tuple[str, ...]]:
    """Return rows whose descriptions are equal as one; the names of the others come last."""
    titles: dict[tuple[str, ...], list[str]] = {}
    for _, title, description in sorted(rows, key=lambda row: row[0] == OTHERS):
        titles.setdefault(description, []).append(title)
    return [(", ".join(names), *description) for description, names in titles.items()]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in [headings, *rows]]
    lines = ["|".join(f" {cell} " if cell else " " for cell in row) for row in escaped]
    lines.insert(1, "|".join(["---"] * len(headings)))
    return "\n".join(f"|{line}|" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
