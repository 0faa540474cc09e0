"""The catalogue: which blogs are crawled, and what is special about one.

`crawler/catalogue/sites.toml` ships with the project; a `sites.toml` in the archive directory is added to it, and
wins where both name the same address. docs/crawling.md describes every key.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.errors import ArchiveError
from crawler.pages.urls import canonical, same_site, site_of

CATALOGUE = Path(__file__).parent / "sites.toml"

#: Hosts where many blogs are one site of one operator, told apart by the first part of the path.
_BY_PATH = re.compile(r"/[^/]+\.\w+$")
_LANGUAGE = re.compile("[a-z]{2}")
#: Addresses that a person may type for a blog, without spaces and `user@`. Without `https://` the host needs a dot:
#: a mistyped word is refused, `http://intranet/` is accepted.
_PLAIN = re.compile(
    r"(?:https?://[\w.-]+|(?:https?://)?\[[0-9a-f:.]+\]|localhost|[\w-]+(?:\.[\w-]+)+\.?)(?::\d+)?(?:[/?]\S*)?",
    re.IGNORECASE,
)


#: Seconds between requests that a catalogue may ask for; `inf` would wait for ever.
MAX_DELAY = 3600


class CatalogueError(ArchiveError):
    """Say what is wrong with a catalogue, in which file and at which site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A blog we crawl."""

    #: Canonical address of its front page; posts below its path are its own.
    url: str
    name: str | None = None
    topics: tuple[str, ...] = ()
    #: ISO 639-1 code.
    language: str | None = None
    #: Seconds between requests, where the site wants more than the setting.
    delay: float | None = None
    #: Further pages to list posts from, where the front page leads nowhere.
    start: tuple[str, ...] = ()
    #: An address must match one of these to be a post; none means any below `url`.
    include: tuple[re.Pattern[str], ...] = ()
    #: An address that matches one of these is no post.
    exclude: tuple[re.Pattern[str], ...] = ()
    #: Platform to take without looking.
    platform: str | None = None
    disabled: bool = False
    #: Path below which all posts are.
    scope: str = field(default="/", init=False)

    def __post_init__(self) -> None:
        """Derive the scope: the path of the front page, where it is a folder."""
        path = urlsplit(self.url).path
        folder = "/" if _BY_PATH.search(path) else path.rstrip("/") + "/"
        object.__setattr__(self, "scope", folder)

    @property
    def key(self) -> str:
        """The site as the archive names it: its host without `www.`."""
        return site_of(self.url)

    def covers(self, url: str) -> bool:
        """Tell whether a canonical address may be a post of this site."""
        if not same_site(self.url, url) or any(pattern.search(url) for pattern in self.exclude):
            return False
        if self.include:
            return any(pattern.search(url) for pattern in self.include)
        path = urlsplit(url).path
        return path.startswith(self.scope) or path.rstrip("/") + "/" == self.scope


def site_at(url: str) -> Site:
    """Return the site at an address that need not be in a catalogue; raise `CatalogueError` when it is none."""
    address = canonical(url if "://" in url else f"https://{url}") if _PLAIN.fullmatch(url) else None
    if address is None:
        raise CatalogueError(f"not an address of a blog: {url!r}; give one like https://blog.example.com/")
    return Site(url=address)


def load_sites(*files: Path) -> list[Site]:
    """Return the sites of these files, later ones in place of earlier ones at the same address.

    Files that do not exist are left out. Raise `CatalogueError`.
    """
    sites: dict[str, Site] = {}
    for path in files:
        for site in _read(path) if path.exists() else ():
            sites[site.url] = site
    return list(sites.values())


def find_site(sites: list[Site], url: str) -> Site:
    """Return the site of the catalogue at this address, else a plain one; raise `CatalogueError`."""
    plain = site_at(url)
    return next((site for site in sites if site.url == plain.url), plain)


def _read(path: Path) -> list[Site]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogueError(f"{path}: {error}") from error
    entries = tables.get("site", [])
    if tables.keys() - {"site"} or not isinstance(entries, list):
        raise CatalogueError(f"{path}: a catalogue is a list of [[site]] tables and nothing else")
    return [_site(table, f"{path}, site {number}") for number, table in enumerate(entries, 1)]


def _site(table: Mapping[str, Any], place: str) -> Site:
    unknown = table.keys() - _KINDS.keys()
    if unknown:
        raise CatalogueError(f"{place}: unknown keys {', '.join(sorted(unknown))}; known are {', '.join(_KINDS)}")
    for key, value in table.items():
        if not _is(value, _KINDS[key]):
            raise CatalogueError(f"{place}: {key} must be {_WORDS[_KINDS[key]]}, not {value!r}")
    url = canonical(str(table.get("url", "")))
    if url is None:
        raise CatalogueError(f"{place}: url is missing or not an http address: {table.get('url')!r}")
    language = table.get("language")
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise CatalogueError(f'{place}: language must be an ISO 639-1 code like "en", not {language!r}')
    return Site(
        url=url,
        name=table.get("name"),
        topics=tuple(table.get("topics", ())),
        language=language,
        delay=table.get("delay"),
        start=tuple(table.get("start", ())),
        include=tuple(_pattern(text, place) for text in table.get("include", ())),
        exclude=tuple(_pattern(text, place) for text in table.get("exclude", ())),
        platform=table.get("platform"),
        disabled=table.get("disabled", False),
    )


def _pattern(text: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise CatalogueError(f"{place}: {text!r} is not a regular expression: {error}") from error


def _is(value: object, kind: type) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_DELAY
    return isinstance(value, kind)


#: Every key of a site and what it holds.
_KINDS: dict[str, type] = {
    "url": str,
    "name": str,
    "topics": list,
    "language": str,
    "delay": float,
    "start": list,
    "include": list,
    "exclude": list,
    "platform": str,
    "disabled": bool,
}
_WORDS = {
    str: "a text",
    list: "a list of texts",
    float: "a number of seconds, an hour at most",
    bool: "true or false",
}
