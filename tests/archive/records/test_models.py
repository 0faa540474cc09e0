import re
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.records.models import Comment, Post, format_time, parse_time
from tests.support.paths import ROOT

Builder = Callable[..., Post]

_DOCS = (ROOT / "docs" / "records.md").read_text()


@pytest.mark.parametrize("record", [Post, Comment])
def test_every_field_is_documented(record: type):
    section = _DOCS.split(f"## {record.__name__}\n")[1].split("\n## ")[0]
    documented = re.findall(
        r"`(\w+)`", " ".join(line.split("|")[1] for line in section.splitlines() if line[:3] == "| `")
    )

    assert documented == [each.name for each in fields(record)]


def test_a_post_is_the_same_after_json(make_post: Builder):
    post = make_post(thread=(("1", None, "It works."),), tags=("pricing",), updated=datetime(2016, 1, 1, tzinfo=UTC))

    assert Post.from_json(post.to_json()) == post


def test_what_no_record_has_is_refused(make_post: Builder):
    values = make_post().to_json()

    with pytest.raises(ValueError, match="unknown fields: colour"):
        Post.from_json(values | {"colour": "red"})
    with pytest.raises(ValueError, match="without a zone"):
        Post.from_json(values | {"published": "2015-03-01T10:00:00"})
    with pytest.raises(TypeError):
        Post.from_json({})


def test_times_are_written_in_utc_and_never_without_a_zone():
    eastern = timezone(timedelta(hours=-5))

    assert format_time(datetime(2015, 3, 1, 20, 0, 1, 999, tzinfo=eastern)) == "2015-03-02T01:00:01Z"
    assert format_time(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
    assert parse_time("2015-03-01T20:00:00-05:00") == datetime(2015, 3, 2, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="without a zone"):
        format_time(datetime(2015, 3, 1))  # noqa: DTZ001 (what is refused)
