"""`sales-archive export` as a person gives it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.cli import main
from archive.records.models import Post

Builder = Callable[..., Post]


def test_export_leaves_out_reserved_posts_without_the_all_rights_option(
    filled: Archive, make_post: Builder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    filled.add(make_post("https://example.com/reserved/", text="Kept from miners.", rights=("tdm-reserved",)))
    program = ["--archive", str(filled.directory), "export", "--plain"]

    main([*program, str(tmp_path / "open")])
    assert "--rights all includes them" in capsys.readouterr().err
    main([*program, "--rights", "all", str(tmp_path / "all")])

    held = {
        name: any("Kept from miners." in each.read_text() for each in (tmp_path / name / "data").rglob("*.jsonl"))
        for name in ("open", "all")
    }
    assert held == {"open": False, "all": True}
