"""What a dataset says of people: bylines stay, commenters are pseudonyms by default, contacts are masked.

A pseudonym is the HMAC-SHA256 of site and name under a secret key. Without the key nobody can try names against
it, with the same key a person has the same pseudonym in every release. This is pseudonymisation, not anonymity:
who searches the web for a quoted sentence finds its writer.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from archive.deny import byline_keys, name_key
from archive.errors import ArchiveOpenError, ArchiveWriteError
from archive.export.masking import masked
from archive.records import Comment, Post

#: `pseudonym`: a keyed hash for each commenter; `keep`: names as archived; `drop`: none.
Authors = Literal["pseudonym", "keep", "drop"]

#: Stands for a dropped name in a text.
SOMEBODY = "[reader]"

_KEY_BYTES = 32
#: Shorter names would be found within ordinary words.
_SHORTEST_NAME = 2
#: Names of a thread are looked for one by one up to this many, beyond by the words of the text.
_FEW_NAMES = 40

_WORD = re.compile(r"\w+")
_CALLS = r"(@|\b(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Tt]hanks|[Tt]hx|[Tt]hank you|[Aa]gree with|[Rr]eply to),?\s)"
_SAYS = r"(?=\s*[,:—–]|\s+(?:said|says|wrote|writes|asked|mentioned|is right)\b)"


class People:
    """How one export names people."""

    def __init__(self, authors: Authors, *, mask: bool, key: bytes) -> None:
        """`mask` replaces contacts in all texts; `key` is used by pseudonyms alone."""
        self._authors = authors
        self._mask = mask
        self._key = key
        self._pseudonym = lru_cache(10_000)(self._hashed)

    def applied(self, post: Post) -> Post:
        """Return the post and its thread as they are to be published."""
        names = {} if self._authors == "keep" else self._names(post)
        edit = _edit(names, mask=self._mask)
        comments = tuple(self._comment(each, names, edit) for each in post.comments)
        if not names and not self._mask:
            return post
        description = None if post.description is None else edit(post.description)
        title = None if post.title is None else edit(post.title)
        return replace(post, text=edit(post.text), title=title, description=description, comments=comments)

    def _hashed(self, site: str, name: str) -> str:
        who = f"{site}\0{name_key(name)}".encode("utf-8", "surrogatepass")
        return f"reader-{hmac.digest(self._key, who, 'sha256').hex()[:12]}"

    def _names(self, post: Post) -> dict[str, str]:
        """Return the published name of everybody in the thread whose name is not in the byline."""
        bylines = byline_keys(post.author)
        names = {each.author for each in post.comments if each.author}
        names = {name for name in names if name_key(name) not in bylines}
        drop = self._authors == "drop"
        return {name: SOMEBODY if drop else self._pseudonym(post.site, name) for name in sorted(names)}

    def _comment(self, comment: Comment, names: Mapping[str, str], edit: Callable[[str], str]) -> Comment:
        if self._authors == "keep":
            return _with(comment, comment.author, comment.author_url, edit(comment.text)) if self._mask else comment
        author = comment.author
        if author is not None and author in names:
            author = None if self._authors == "drop" else names[author]
        return _with(comment, author, None, edit(comment.text))


def secret_key(path: Path) -> bytes:
    """Return the key kept in a file, making the file, readable by its owner alone, where there is none."""
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(_KEY_BYTES) + "\n")
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise ArchiveWriteError(f"cannot read or make the key file {path}: {error}") from error
    except ValueError as error:
        raise ArchiveOpenError(f"{path} holds no key: it must be hexadecimal digits") from error
    if len(key) < _KEY_BYTES // 2:
        raise ArchiveOpenError(f"{path} holds too short a key: pseudonyms could be guessed")
    return key


def _with(comment: Comment, author: str | None, author_url: str | None, text: str) -> Comment:
    """Do what `dataclasses.replace` does, in a quarter of its time: this is done for every comment."""
    return Comment(
        id=comment.id,
        post_id=comment.post_id,
        parent_id=comment.parent_id,
        position=comment.position,
        depth=comment.depth,
        author=author,
        author_url=author_url,
        published=comment.published,
        published_precision=comment.published_precision,
        text=text,
        permalink=comment.permalink,
        by_post_author=comment.by_post_author,
        deleted=comment.deleted,
        system=comment.system,
    )


def _edit(names: Mapping[str, str], *, mask: bool) -> Callable[[str], str]:
    """Return what is done to every text of a thread."""
    called = dict(_called(names))
    is_present = _finder(called)

    def edit(text: str) -> str:
        if is_present(text):
            near = {name: to for name, to in called.items() if name in text}
            text = _renamed(text, near)
        return masked(text) if mask else text

    return edit


def _called(names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what people of a thread are called: their names, and the first of several."""
    for name, published in names.items():
        words = name.split()
        if len(words) > 1 and len(words[0]) >= _SHORTEST_NAME and words[0].isalpha():
            yield words[0], published
    for name, published in names.items():
        if len(name) >= _SHORTEST_NAME and any(map(str.isalnum, name)):
            yield name, published


def _finder(called: Mapping[str, str]) -> Callable[[str], bool]:
    """Return how to tell quickly whether any of these names may be in a text."""
    if len(called) <= _FEW_NAMES:
        return partial(_holds, tuple({name.split()[0] for name in called}))
    words = {_WORD.findall(name)[0] for name in called}
    return lambda text: not words.isdisjoint(_WORD.findall(text))


def _holds(firsts: tuple[str, ...], text: str) -> bool:
    for first in firsts:  # noqa: SIM110 (`any` takes twice as long, and this runs for every text)
        if first in text:
            return True
    return False


def _renamed(text: str, called: Mapping[str, str]) -> str:
    """Replace full names anywhere, single words only where they address or cite somebody."""
    whole = [name for name in called if " " in name]
    single = [name for name in called if " " not in name]
    if whole:
        text = re.sub(rf"(?<!\w)(?:{_either(whole)})(?!\w)", lambda found: called[found[0]], text)
    if single:
        either = _either(single)
        text = re.sub(rf"{_CALLS}({either})(?!\w)", lambda found: found[1] + called[found[2]], text)
        text = re.sub(rf"(?m)^({either})(?!\w){_SAYS}", lambda found: called[found[1]], text)
    return text


def _either(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
