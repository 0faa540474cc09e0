"""The API keeps to what /openapi.json says of it, whatever is asked."""

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings

from archive.archive import Archive
from archive.records.models import Post
from archive.search.results import Query

OPERATIONS = ["/api/search", "/api/posts/{id}", "/api/sites", "/api/suggest", "/health"]


@pytest.mark.torture
@pytest.mark.parametrize("path", OPERATIONS)
def test_every_answer_is_as_described(app: Flask, path: str, torture: bool) -> None:
    operation = schemathesis.openapi.from_wsgi("/openapi.json", app)[path]["GET"]

    @given(operation.as_strategy())
    @settings(
        max_examples=1_000 if torture else 60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def asked(case: schemathesis.Case) -> None:
        case.call_and_validate()

    asked()


def test_everything_described_is_tried(client: FlaskClient) -> None:
    assert list(client.get("/openapi.json").get_json()["paths"]) == OPERATIONS


def test_a_described_post_is_answered_as_described(app: Flask, library: dict[str, Post]) -> None:
    operation = schemathesis.openapi.from_wsgi("/openapi.json", app)["/api/posts/{id}"]["GET"]

    for post in library.values():
        answer = operation.Case(path_parameters={"id": post.id}).call_and_validate()
        assert answer.status_code == 200


def test_a_search_answers_as_the_archive_does(client: FlaskClient, app: Flask) -> None:
    answer = client.get("/api/search?q=objection&kind=comment&per_page=3&sort=newest").get_json()

    archive: Archive = app.extensions["archive"].archive
    query = Query(text="objection", filters=(("kind", "comment"),), sort="newest", per_page=3)
    assert answer | {"took_ms": 0} == archive.search(query).to_json() | {"took_ms": 0}


def test_a_post_is_its_record(client: FlaskClient, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]

    assert Post.from_json(client.get(f"/api/posts/{post.id}").get_json()) == post


def test_an_error_is_json_too(client: FlaskClient) -> None:
    answer = client.get("/api/posts/post:0")

    assert answer.get_json() == {"error": "no post of this archive has the id post:0.", "status": 404}
    assert client.get("/api/nothing").get_json()["status"] == 404
    assert "page" in client.get("/api/search?page=x").get_json()["error"]


def test_health_tells_how_far_the_index_is(client: FlaskClient) -> None:
    health = client.get("/health").get_json()

    assert health["status"] == "ok"
    assert health["seq"] == health["indexed_seq"] > 0
