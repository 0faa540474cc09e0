"""A content folder: which generator's it is, which files are posts, and the address each is published at.

Sources: https://gohugo.io/content-management/urls/, https://gohugo.io/content-management/organization/ and
https://jekyllrb.com/docs/permalinks/.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from crawler.content.frontmatter import line, names
from crawler.pages.urls import canonical

_CONFIGS = (
    "hugo.toml",
    "hugo.yaml",
    "hugo.json",
    "config.toml",
    "config.yaml",
    "config.json",
    "config/_default/hugo.toml",
    "config/_default/hugo.yaml",
    "config/_default/config.toml",
    "config/_default/config.yaml",
    "_config.yml",
    "_config.yaml",
)
_SUFFIXES = {".md", ".markdown", ".mdown", ".mdx", ".html", ".htm"}
_JEKYLL_NAME = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})-(?P<title>.+)")
_LANGUAGE_SUFFIX = re.compile(r"(?P<name>.+)\.(?P<language>[a-z]{2})(?:-[a-z]{2,4})?", re.IGNORECASE)
_TOKEN = re.compile(r":(\w+)(?:\[[^\]]*\])?")
_JEKYLL_STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
#: Addresses that configurations hold before anybody changed them.
_PLACEHOLDERS = re.compile(r"(^|[./])example\.(com|org|net)|localhost|yoursite|my-?domain", re.IGNORECASE)


class FolderError(Exception):
    """Say why a folder cannot be read as a site's content."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A site's content on disk."""

    root: Path
    #: Where content files are looked for.
    content: Path
    #: Address of the published site, with a slash at its end.
    base: str
    #: `hugo` or `jekyll`.
    generator: str
    #: The generator's own settings, names in lower case.
    config: Mapping[str, Any] = field(default_factory=dict)

    def files(self) -> Iterator[Path]:
        """Yield the content files that may be posts, in the order of their names; links out are not followed."""
        for path in sorted(self.content.rglob("*")):
            inside = path.relative_to(self.content).parts
            if path.suffix.lower() not in _SUFFIXES or path.is_symlink() or not path.is_file():
                continue
            if any(part.startswith(".") for part in inside) or path.stem.startswith("_index"):
                continue
            if self.generator == "hugo" or "_posts" in inside or "_drafts" in inside:
                yield path

    def is_draft(self, file: Path) -> bool:
        """Tell whether the file lies where the generator keeps drafts."""
        return self.generator == "jekyll" and "_drafts" in file.relative_to(self.content).parts

    def date_in_name(self, file: Path) -> str | None:
        """Return the day that a Jekyll file's name states, as ISO text."""
        name = _JEKYLL_NAME.fullmatch(file.stem)
        return f"{name['year']}-{int(name['month']):02}-{int(name['day']):02}" if name else None

    def language(self, file: Path) -> str | None:
        """Return the language that the file's name (`post.de.md`) or the configuration states."""
        name = _LANGUAGE_SUFFIX.fullmatch(file.stem) if self.generator == "hugo" else None
        stated = name["language"] if name else line(self.config, "defaultcontentlanguage", "languagecode", "lang")
        return stated[:2].lower() if stated and re.match("[A-Za-z]{2}(?:[-_]|$)", stated) else None

    def address(self, file: Path, head: Mapping[str, Any], published: datetime | None) -> str:
        """Return the canonical address at which the file is published; raise `FolderError` when it has none."""
        path = line(head, "url", "permalink")
        if path is None or (self.generator == "jekyll" and path in _JEKYLL_STYLES):
            path = self._hugo(file, head, published) if self.generator == "hugo" else self._jekyll(file, head, path)
        elif ":" in path and not path.startswith("http"):
            path = _expand(path, self._values(file, head, published))
        address = canonical(quote(path.lstrip("/"), safe="/:%?=&#~+,;@!$'()*"), self.base)
        if address is None:
            raise FolderError(f"{path!r} is not an address")
        return address

    def aliases(self, head: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the canonical forms of the older addresses that the head names."""
        addresses = (canonical(name.lstrip("/"), self.base) for name in names(head, "aliases", "redirect_from"))
        return tuple(address for address in addresses if address is not None)

    def _hugo(self, file: Path, head: Mapping[str, Any], published: datetime | None) -> str:
        inside = file.relative_to(self.content)
        patterns = self.config.get("permalinks")
        patterns = patterns.get("page", patterns) if isinstance(patterns, Mapping) else {}
        pattern = patterns.get(inside.parts[0]) if len(inside.parts) > 1 else None
        if isinstance(pattern, str):
            return _expand(pattern, self._values(file, head, published))
        folders = [_urlize(part) for part in inside.parent.parts]
        if folders and _bare_name(file) == "index":  # a bundle: its folder is the post
            folders.pop()
        last = _urlize(line(head, "slug") or self._name(file))
        ugly = self.config.get("uglyurls") is True
        return "/".join(part for part in (*folders, last) if part) + (".html" if ugly else "/")

    def _jekyll(self, file: Path, head: Mapping[str, Any], style: str | None) -> str:
        style = style or line(self.config, "permalink") or "date"
        published = self.date_in_name(file)
        moment = datetime.fromisoformat(published) if published else None
        return _expand(_JEKYLL_STYLES.get(style, style), self._values(file, head, moment))

    def _values(self, file: Path, head: Mapping[str, Any], published: datetime | None) -> dict[str, str]:
        inside = file.relative_to(self.content)
        name = self._name(file)
        slug = _urlize(line(head, "slug") or line(head, "title") or name)
        folders = [_urlize(part) for part in inside.parent.parts]
        values = {
            "title": _urlize(line(head, "slug") or name) if self.generator == "jekyll" else slug,
            "slug": slug,
            "slugorfilename": _urlize(line(head, "slug") or name),
            "filename": _urlize(name),
            "contentbasename": _urlize(name),
            "slugorcontentbasename": _urlize(line(head, "slug") or name),
            "section": folders[0] if folders else "",
            "sections": "/".join(folders),
            "categories": "/".join(_urlize(category) for category in names(head, "categories", "category")),
            "output_ext": ".html",
        }
        if published is not None:
            form = {"year": "%Y", "month": "%m", "day": "%d", "monthname": "%B", "yearday": "%j", "y_day": "%j"}
            values |= {token: published.strftime(code).lower() for token, code in form.items()}
        return values

    def _name(self, file: Path) -> str:
        if self.generator == "jekyll":
            name = _JEKYLL_NAME.fullmatch(file.stem)
            return name["title"] if name else file.stem
        bundle = _bare_name(file) == "index" and file.parent != self.content
        return file.parent.name if bundle else _bare_name(file)


def open_folder(path: Path, site_url: str | None = None) -> Folder:
    """Return the content folder at `path`, a site's root or its content alone.

    `site_url` is the address it is published at; without, the configuration must state it. Raise `FolderError`.
    """
    if not path.is_dir():
        raise FolderError(f"{path} is not a folder")
    config = _config(path)
    jekyll = (path / "_posts").is_dir() or any((path / name).is_file() for name in _CONFIGS if name[0] == "_")
    stated = str(config.get("url") or "") + str(config.get("baseurl") or "") if jekyll else config.get("baseurl")
    base = canonical(site_url or str(stated or ""))
    if base is None or (site_url is None and _PLACEHOLDERS.search(base)):
        raise FolderError(f"{path} does not say where it is published; give its address with -a site=https://…")
    content = path if jekyll else path / (line(config, "contentdir") or "content")
    inside = content.is_dir() and content.resolve().is_relative_to(path.resolve())
    generator = "jekyll" if jekyll else "hugo"
    return Folder(path, content if inside else path, base.rstrip("/") + "/", generator, config)


def _bare_name(file: Path) -> str:
    name = _LANGUAGE_SUFFIX.fullmatch(file.stem)
    return name["name"] if name else file.stem


def _config(root: Path) -> dict[str, Any]:
    for name in _CONFIGS:
        path = root / name
        if not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
            load = {".toml": tomllib.loads, ".json": json.loads}.get(path.suffix, yaml.safe_load)
            config = load(text)
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            raise FolderError(f"cannot read {path}: {error}") from error
        if isinstance(config, dict):
            return {str(key).lower(): value for key, value in config.items()}
    return {}


def _expand(pattern: str, values: Mapping[str, str]) -> str:
    def value(token: re.Match[str]) -> str:
        name = token[1].lower()
        if name not in values:
            raise FolderError(f"its permalink {pattern!r} needs {token[0]}, which the file does not state")
        return values[name]

    return re.sub("/{2,}", "/", _TOKEN.sub(value, pattern))


def _urlize(name: str) -> str:
    """Return a name as generators put it into an address: lower case, hyphens for spaces, no punctuation."""
    kept = re.sub(r"[^\w\s./#+~-]", "", name.strip().lower())
    return re.sub(r"[\s-]+", "-", kept).strip("-")
