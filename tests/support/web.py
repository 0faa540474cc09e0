"""A small archive of invented writing, made the way a crawl makes one, and a client of the web UI over it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from archive.archive import Archive
from archive.records.models import Post, Visit, parse_time
from webui.app import create_app

LIBRARY = Path(__file__).with_name("library.json")


@pytest.fixture(scope="session")
def library() -> dict[str, Post]:
    """The invented posts by the last part of their address."""
    posts = [Post.from_json(values) for values in json.loads(LIBRARY.read_text(encoding="utf-8"))]
    return {post.url.rstrip("/").rpartition("/")[2]: post for post in posts}


@pytest.fixture(scope="session")
def directory(library: dict[str, Post], tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("archive")
    with Archive(directory) as archive:
        contracts = library["annual-contracts"]
        first = contracts.text.replace("22 of 40", "19 of 40").replace(
            '- The price is on the page. There is no "call us".\n', ""
        )
        archive.add(replace(contracts, text=first))
        at = parse_time("2026-11-12T08:30:00Z")
        for post in library.values():
            archive.record(Visit(url=post.url, site=post.site, at=at, status=200, post=post))
        archive.record(Visit(url="https://ledgerline.example/blog/lost", site="ledgerline.example", at=at, status=500,
                             reason="the server answered 500"))  # fmt: skip
        archive.sync()
    return directory


@pytest.fixture(scope="session")
def app(directory: Path) -> Iterator[Flask]:
    app = create_app({"ARCHIVE_DIR": directory, "TESTING": True})
    yield app
    app.extensions["archive"].archive.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
