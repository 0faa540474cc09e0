"""The head of a content file: YAML between `---`, TOML between `+++`, or a JSON object.

Sources: https://gohugo.io/content-management/front-matter/ and https://jekyllrb.com/docs/front-matter/.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import yaml

from crawler.pages.dates import parse_date
from crawler.pages.models import StatedDate

#: Characters of a head; the largest of a real site's had 4,000.
MAX_HEAD = 100_000

_FENCED = {
    "---": re.compile(r"---[ \t]*\r?\n(?P<head>.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE),
    "+++": re.compile(r"\+\+\+[ \t]*\r?\n(?P<head>.*?)^\+\+\+[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE),
}


class FrontMatterError(Exception):
    """Say why the head of a content file cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """A content file taken apart."""

    #: Names in lower case; Hugo's `params` are lifted to where they do not hide a field.
    head: Mapping[str, Any]
    body: str


def split(text: str) -> Source | None:
    """Return the head and the body of a content file; `None` when it has no front matter.

    Raise `FrontMatterError` when there is a head that is none of the three forms.
    """
    text = text.removeprefix("\ufeff").lstrip()
    if text.startswith("{") and not text.startswith(("{{", "{%")):
        return _json(text)
    pattern = _FENCED.get(text[:3])
    if pattern is None:
        return None
    fenced = pattern.match(text)
    if fenced is None:
        raise FrontMatterError(f"its front matter has no closing {text[:3]}")
    if len(fenced["head"]) > MAX_HEAD:
        raise FrontMatterError(f"its front matter is longer than {MAX_HEAD} characters")
    load = _yaml if text.startswith("---") else _toml
    return Source(_flat(load(fenced["head"])), text[fenced.end() :])


def skip_reason(head: Mapping[str, Any], now: datetime, *, drafts: bool) -> str | None:
    """Return why the generator would not publish this file, in words; `None` when it would."""
    if not drafts and (head.get("draft") is True or str(head.get("draft")).lower() == "true"):
        return "draft: true"
    if not drafts and head.get("published") is False:
        return "published: false"
    starts = stated_date(head, ("publishdate", "date", "pubdate"), now)
    if starts is not None and starts.moment > now:
        return f"its date is in the future ({starts.moment:%Y-%m-%d})"
    ends = stated_date(head, ("expirydate", "unpublishdate"), now)
    if ends is not None and ends.moment <= now:
        return f"it expired on {ends.moment:%Y-%m-%d}"
    return None


def stated_date(head: Mapping[str, Any], names: Iterable[str], now: datetime) -> StatedDate | None:
    """Return the first date that the head states under one of `names`; a time without a zone is UTC."""
    for name in names:
        value = head.get(name)
        if isinstance(value, datetime):
            moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            return StatedDate(moment, "second")
        if isinstance(value, date):
            return StatedDate(datetime(value.year, value.month, value.day, tzinfo=UTC), "day")
        if isinstance(value, str) and value.strip():
            # A future date is a plan here, not a mistake as on a page: read it as seen from far ahead.
            stated = parse_date(value, fetched=now.replace(year=now.year + 50, month=1, day=1))
            if stated is not None:
                return stated
    return None


def line(head: Mapping[str, Any], *names: str) -> str | None:
    """Return the first text or number under one of `names`; `None` when there is none."""
    for name in names:
        value = head.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return None


def names(head: Mapping[str, Any], *keys: str) -> tuple[str, ...]:
    """Return the names under `keys`: lists, single ones, or maps with a `name`."""
    texts: list[str] = []
    for key in keys:
        value = head.get(key)
        for item in value if isinstance(value, list) else [value]:
            name = item.get("name") if isinstance(item, Mapping) else item
            if isinstance(name, str | int | float) and not isinstance(name, bool) and str(name).strip():
                texts.append(str(name).strip())
    return tuple(dict.fromkeys(texts))


def _json(text: str) -> Source:
    try:
        head, end = json.JSONDecoder().raw_decode(text[:MAX_HEAD])
    except (ValueError, RecursionError) as error:
        raise FrontMatterError(f"its front matter is not JSON: {error}") from error
    return Source(_flat(head), text[end:])


def _yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FrontMatterError(f"its front matter is not YAML: {' '.join(str(error).split())}") from error


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FrontMatterError(f"its front matter is not TOML: {error}") from error


def _flat(head: Any) -> dict[str, Any]:
    if head is None:
        return {}
    if not isinstance(head, Mapping):
        raise FrontMatterError("its front matter is not a set of named fields")
    flat = {str(name).lower(): value for name, value in head.items()}
    params = flat.get("params")
    extra = {str(name).lower(): value for name, value in params.items()} if isinstance(params, Mapping) else {}
    return extra | flat
