"""The documents say what the code does, as far as a program can tell."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from archive.cli.program import group
from archive.records.models import Comment, Post
from tests.support.paths import ROOT

DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def anchors(document: Path) -> set[str]:
    """Return the fragments by which GitHub links to the headings of a document."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands_in(document: Path) -> list[tuple[str, str]]:
    """Return name and arguments of every command of `sales-archive` in a document's code."""
    text = document.read_text(encoding="utf-8")
    code = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) + re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)
    command = r"sales-archive (?:--archive \S+ )?([a-z]+)(?![-\w])([^#|;&\n]*)"
    return [found for part in code for found in re.findall(command, part)]


def options(command: click.Command) -> set[str]:
    """Return the options of a command and of its commands."""
    own = {option for param in command.params for option in param.opts} | {"--help"}
    return own.union(*(options(each) for each in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("record", [Post, Comment])
def test_every_field_of_a_record_is_described(record: type[Post | Comment]) -> None:
    text = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")

    described = set(re.findall(r"`(\w+)`", text))

    assert {each.name for each in fields(record)} - described == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_page_that_is_linked_exists(document: Path) -> None:
    linked = re.findall(r"\]\((?![a-z]+:)([^)#]+)", document.read_text(encoding="utf-8"))

    assert [each for each in linked if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_heading_that_is_linked_exists(document: Path) -> None:
    linked = re.findall(r"\]\((?![a-z]+:)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))

    assert [
        (page, anchor)
        for page, anchor in linked
        if anchor not in anchors(document.parent / page if page else document)
    ] == []


@pytest.mark.parametrize(
    "document",
    [path for path in DOCUMENTS if path.name != "CHANGELOG.md"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_documents_show_only_commands_and_options_that_exist(document: Path) -> None:
    context = click.Context(group)
    for name, arguments in commands_in(document):
        command = group.get_command(context, name)
        assert command is not None, name
        assert set(re.findall(r"(?<!\S)--[a-z-]+", arguments)) <= options(command), f"{name}{arguments}"


def test_the_code_names_only_documents_that_exist() -> None:
    sources = [path for name in ("archive", "crawler", "webui") for path in (ROOT / name).rglob("*.py")]
    named = {
        (path.name, document)
        for path in sources
        for document in re.findall(r"(?<![\w/,] )docs/[\w-]+\.md", path.read_text(encoding="utf-8"))
    }

    assert {each for each in named if not (ROOT / each[1]).exists()} == set()
