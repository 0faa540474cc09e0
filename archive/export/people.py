"""What a dataset says of people: bylines stay, commenters are pseudonyms by default, contacts are masked.

A pseudonym is the HMAC-SHA256 of site and name under a secret key. Without the key nobody can try names against
it, with the same key a person has the same pseudonym in every release. This is pseudonymisation, not anonymity:
who searches the web for a quoted sentence finds its writer.
"""

import hmac
import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

from archive.errors import ArchiveOpenError, ArchiveWriteError
from archive.records.models import Comment, Post
from archive.store.deny import byline_keys, name_key

#: `pseudonym`: a keyed hash for each commenter; `keep`: names as archived; `drop`: none.
Authors = Literal["pseudonym", "keep", "drop"]

#: Stands for a dropped name in a text.
SOMEBODY = "[reader]"

_KEY_BYTES = 32
#: Shorter names would be found within ordinary words.
_SHORTEST_NAME = 2
#: Names of a thread are looked for one by one up to this many, beyond by the words of the text.
_FEW_NAMES = 40

_PSEUDONYM = re.compile(r"reader-[0-9a-f]{12}")

Edit = Callable[[str], str]

#: Names remembered, the last used: a reader comes again on the same site, if at all.
_CACHED = 4_000

_WORD = re.compile(r"\w+")
_CALLS = r"(@|\b(?:[Hh]i|[Hh]ello|[Hh]ey|[Dd]ear|[Tt]hanks|[Tt]hx|[Tt]hank you|[Aa]gree with|[Rr]eply to),?\s)"
_SAYS = r"(?=\s*[,:—–]|\s+(?:said|says|wrote|writes|asked|mentioned|is right)\b)"


class People:
    """How one export names people."""

    def __init__(self, authors: Authors, *, mask: bool, key: bytes) -> None:
        """`mask` replaces contacts in all texts; `key` is used by pseudonyms alone."""
        self._authors = authors
        self._mask = mask
        self._hash = hmac.new(key or b"-", digestmod="sha256")
        self._name_key = lru_cache(_CACHED)(name_key)
        self._pseudonym = lru_cache(_CACHED)(self._hashed)

    def applied(self, post: Post) -> Post:
        """Return the post and its thread as they are to be published."""
        names = {} if self._authors == "keep" else self._names(post)
        said = "\n".join(
            [post.title or "", post.description or "", post.text, *[comment.text for comment in post.comments]]
        )
        edit = _edit(names, said, mask=self._mask)
        if self._authors != "keep" or edit is not None:
            post = replace(post, comments=tuple([self._comment(comment, names, edit) for comment in post.comments]))
        if edit is None:
            return post
        description = None if post.description is None else edit(post.description)
        title = None if post.title is None else edit(post.title)
        return replace(post, text=edit(post.text), title=title, description=description)

    def _names(self, post: Post) -> dict[str, str]:
        """Return the published name of everybody in the thread whose name is not in the byline."""
        bylines = byline_keys(post.author)
        published = {}
        for name in sorted({comment.author for comment in post.comments if comment.author}):
            if self._authors == "pseudonym" and _PSEUDONYM.fullmatch(name):
                continue  # loaded from a dataset: a pseudonym of a pseudonym would tear its writings apart
            key = self._name_key(name)
            if key not in bylines:
                published[name] = SOMEBODY if self._authors == "drop" else self._pseudonym(post.site, key)
        return published

    def _hashed(self, site: str, key: str) -> str:
        hashed = self._hash.copy()
        hashed.update(f"{site}\0{key}".encode("utf-8", "surrogatepass"))
        return f"reader-{hashed.hexdigest()[:12]}"

    def _comment(self, comment: Comment, names: Mapping[str, str], edit: Edit | None) -> Comment:
        text = comment.text if edit is None else edit(comment.text)
        if self._authors == "keep":
            return _with(comment, comment.author, comment.author_url, text)
        author = comment.author
        if author is not None and author in names:
            author = None if self._authors == "drop" else names[author]
        return _with(comment, author, None, text)


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


def _edit(names: Mapping[str, str], said: str, *, mask: bool) -> Edit | None:
    """Return what is done to every text of a thread in which all this is said; `None` where nothing is."""
    called = dict(_called(names, _teller(names, said)))
    mask = mask and may_hold_contacts(said)
    if not called:
        return masked if mask else None
    near = _finder(called)

    def edit(text: str) -> str:
        if there := near(text):
            text = _renamed(text, there)
        return masked(text) if mask else text

    return edit


def _teller(names: Collection[str], said: str) -> Callable[[str], bool]:
    """Return how to tell quickly whether one of these names may be in what is said."""
    if len(names) <= _FEW_NAMES:
        return said.__contains__
    words = set(_WORD.findall(said))
    return lambda name: not words.isdisjoint(_WORD.findall(name)[:1])


def _called(names: Mapping[str, str], is_said: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Yield what people are called in their thread: the first of several names, then whole names."""
    said = [(name, words) for name in names if is_said((words := name.split(maxsplit=1) or [name])[0])]
    for name, words in said:
        if len(words) > 1 and len(words[0]) >= _SHORTEST_NAME and words[0].isalpha():
            yield words[0], names[name]
    for name, _ in said:
        if len(name) >= _SHORTEST_NAME and is_said(name) and any(map(str.isalnum, name)):
            yield name, names[name]


def _finder(called: Mapping[str, str]) -> Callable[[str], dict[str, str]]:
    """Return how to find those of the names that may be in a text, quickly where most texts have none."""
    if len(called) <= _FEW_NAMES:
        firsts = tuple({name.split()[0] for name in called})
        return lambda text: {name: to for name, to in called.items() if name in text} if _holds(firsts, text) else {}
    by_word: dict[str, list[str]] = {}
    for name in called:
        by_word.setdefault(_WORD.findall(name)[0], []).append(name)

    def near(text: str) -> dict[str, str]:
        words = by_word.keys() & set(_WORD.findall(text))
        return {name: called[name] for word in words for name in by_word[word] if name in text}

    return near


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
        text = re.sub(rf"(?<!\w)(?:{_either(whole)})(?!\w)", lambda match: called[match[0]], text)
    if single:
        either = _either(single)
        text = re.sub(rf"{_CALLS}({either})(?!\w)", lambda match: match[1] + called[match[2]], text)
        text = re.sub(rf"(?m)^({either})(?!\w){_SAYS}", lambda match: called[match[1]], text)
    return text


def _either(names: list[str]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


EMAIL = "[e-mail]"
PHONE = "[phone]"
IP = "[IP address]"

_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")

#: Digits with the separators of telephone numbers among them; judged by `_masked_number`.
_NUMBER = re.compile(r"(?<![\w.,:/$€£#%+=-])(?:\+|00)?\(?[0-9][\d().\s/\u2011-]{5,20}[0-9](?![\w%]|[.,:/-]\d)")
#: Quickly found by its first character, where `_NUMBER` looks at every place twice.
_DIGITS = re.compile(r"[0-9][\d().\s/\u2011-]{5,20}[0-9]")
_DOTTED = re.compile(r"[0-9]\.[0-9]")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]\w|\w)")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")

#: Three digits, three digits, four digits, as numbers are written in North America.
_AMERICAN = re.compile(r"(?:1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}")
#: In groups, with the leading zero of a trunk call.
_TRUNK = re.compile(r"\(?0\d{1,5}\)?(?:[-. /]{1,3}\d{2,8}){1,4}")
#: The most digits of an international number (ITU-T E.164), and the fewest that are one.
_MOST_DIGITS = 15
_FEWEST_DIGITS = 8


def masked(text: str) -> str:
    """Return `text` with e-mail addresses, telephone numbers and public IP addresses replaced."""
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    has_digit = _has_digit(text)
    if has_digit and _DOTTED.search(text):
        text = _IPV4.sub(_masked_address, text)
    if ":" in text and _COLONS.search(text):
        text = _IPV6.sub(_masked_address, text)
    return _NUMBER.sub(_masked_number, text) if has_digit and _DIGITS.search(text) else text


def may_hold_contacts(text: str) -> bool:
    """Tell quickly whether `masked` has anything to look for."""
    return "@" in text or ":" in text or _has_digit(text)


def _has_digit(text: str) -> bool:
    for digit in "0123456789":  # noqa: SIM110 (ten plain searches are far quicker than a pattern, or `any`)
        if digit in text:
            return True
    return False


def _masked_number(match: re.Match[str]) -> str:
    number = match[0]
    digits = sum(character.isdecimal() for character in number)
    if not _FEWEST_DIGITS <= digits <= _MOST_DIGITS:
        return number
    written = " ".join(number.replace("\u2011", "-").split())
    is_international = number.startswith("+") or (number.startswith("00") and " " in written)
    return PHONE if is_international or _AMERICAN.fullmatch(written) or _TRUNK.fullmatch(written) else number


def _masked_address(match: re.Match[str]) -> str:
    try:
        address = ip_address(match[0])
    except ValueError:
        return match[0]
    return IP if address.is_global else match[0]
