"""Completion in a shell, set up as docs/cli.md says."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.documents import Reader, blocks
from tests.support.paths import ROOT

COMMANDS = [line for block in blocks(ROOT / "docs" / "cli.md", "sh") for line in block.splitlines()]

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """Return a reader who has set up completion in all shells."""
    reader = Reader(tmp_path, "https://blog.example.com")
    for command in COMMANDS:
        assert reader.types(command).returncode == 0
    return reader


def test_every_shell_gets_a_script_where_it_looks_for_one(reader: Reader) -> None:
    written = {path.relative_to(reader.home).as_posix() for path in reader.home.rglob("*") if path.is_file()}
    assert written >= {
        ".local/share/bash-completion/completions/sales-archive",
        ".zfunc/_sales-archive",
        ".config/fish/completions/sales-archive.fish",
    }
    assert (reader.home / ".zfunc" / "_sales-archive").read_text().startswith("#compdef sales-archive\n")


@needs_bash
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("sales-archive se", ["serve", "search"]),
        ("sales-archive sites di", ["disable"]),
        ("sales-archive search --so", ["--sort"]),
        ("sales-archive search --sort ol", ["oldest"]),
        ("sales-archive search autho", ["author:"]),
    ],
)
def test_bash_completes_what_is_begun(reader: Reader, words: str, offered: list[str]) -> None:
    script = f"""
        source ~/.local/share/bash-completion/completions/sales-archive
        COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        $(complete -p sales-archive | sed 's/.* -F \\([^ ]*\\) .*/\\1/') sales-archive
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    (reader.home / "complete.sh").write_text(script)
    done = reader.types("bash complete.sh")
    assert (done.stdout.split(), done.stderr) == (offered, "")


def test_the_scripts_are_asked_for_by_the_variable_of_the_program() -> None:
    asked = re.findall(r"(\w+)=(bash|zsh|fish)_source sales-archive", "\n".join(COMMANDS))
    assert asked == [("_SALES_ARCHIVE_COMPLETE", shell) for shell in ("bash", "zsh", "fish")]
