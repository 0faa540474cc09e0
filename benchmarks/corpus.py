"""An invented blogosphere of any size, the same for the same seed: posts with threads, in made-up English.

Words are drawn by Zipf's law from a vocabulary of syllables with English endings, so that stemming, common and rare
words behave as in real writing; each post has a topic whose words it and its comments prefer.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from archive.records.models import Comment, Post, comment_id, post_id

VOCABULARY = 60_000
TOPICS = 200
POST_WORDS = 600
COMMENT_WORDS = 60

_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "w",
    "st",
    "tr",
    "pr",
    "cl",
    "ch",
    "sh",
]
_NUCLEI = ["a", "e", "i", "o", "u", "ea", "ou", "ai"]
_CODAS = ["", "", "n", "r", "l", "t", "s", "ck", "nd", "st"]
_ENDINGS = ["", "", "", "s", "ed", "ing", "er", "ly", "ness", "ment"]
_SMALL = [
    "the",
    "of",
    "and",
    "to",
    "a",
    "in",
    "that",
    "is",
    "for",
    "it",
    "you",
    "on",
    "with",
    "as",
    "are",
    "this",
    "be",
]
_START = datetime(2008, 1, 1, tzinfo=UTC)


def vocabulary(random: np.random.Generator) -> np.ndarray:
    """Return distinct words, the most frequent first."""
    words = list(_SMALL)
    known = set(words)
    while len(words) < VOCABULARY:
        syllables = 1 + int(random.integers(0, 3)) + (len(words) > 2000)
        parts = [*(_ONSETS, _NUCLEI, _CODAS) * syllables, _ENDINGS]
        word = "".join(part[random.integers(0, len(part))] for part in parts)
        if word not in known:
            known.add(word)
            words.append(word)
    return np.array(words)


def posts(number: int, comments: int, seed: int = 7, *, language: int | None = None) -> Iterator[Post]:
    """Yield `number` posts with `comments` comments in all, in the words of the seed `language`, or of their own."""
    random = np.random.default_rng(seed)
    words = vocabulary(random if language is None else np.random.default_rng(language))
    shares = 1.0 / (np.arange(len(words)) + 2.7)
    bounds = np.cumsum(shares / shares.sum())
    topics = random.integers(100, 6_000, (TOPICS, 40))
    names = [f"{words[2000 + 2 * n].title()} {words[3001 + 2 * n].title()}" for n in range(4_000)]
    threads = _thread_sizes(random, number, comments)
    for place in range(number):
        topic = topics[random.integers(0, TOPICS)]
        site = f"{words[200 + place % 60]}.example"
        url = f"https://{site}/{place}"
        published = _START + timedelta(hours=float(random.integers(0, 16 * 365 * 24)))
        yield Post(
            id=post_id(url),
            url=url,
            site=site,
            title=" ".join(words[random.choice(topic, 4)]).capitalize(),
            author=names[place % 300],
            published=published,
            language="en",
            text=_text(random, words, bounds, topic, int(random.gamma(3, POST_WORDS / 3)) + 20),
            tags=tuple(words[topic[:3]]),
            platform=("wordpress", "substack", "ghost")[place % 3],
            comments=tuple(
                Comment(
                    id=comment_id(url, "wordpress", str(n)),
                    post_id=post_id(url),
                    position=n,
                    author=names[int(random.zipf(1.3)) % len(names)],
                    published=published + timedelta(hours=n + 1),
                    text=_text(random, words, bounds, topic, int(random.gamma(2, COMMENT_WORDS / 2)) + 3),
                    permalink=f"{url}#comment-{n}",
                    system="wordpress",
                )
                for n in range(threads[place])
            ),
        )


def _thread_sizes(random: np.random.Generator, number: int, comments: int) -> list[int]:
    weights = random.pareto(1.5, number) + 0.05
    sizes = np.floor(weights / weights.sum() * comments).astype(int)
    sizes[: comments - int(sizes.sum())] += 1
    return [int(size) for size in sizes]


def _text(random: np.random.Generator, words: np.ndarray, bounds: np.ndarray, topic: np.ndarray, length: int) -> str:
    on_topic, telling = random.random(length) < 0.08, random.choice(topic, length)
    # What `random.choice` does with shares, without summing these up for each text.
    ordinary = np.searchsorted(bounds, random.random(length) * bounds[-1], side="right")
    said = words[np.where(on_topic, telling, ordinary)].tolist()
    for end in range(11, length, 13):
        said[end] = f"{said[end]}."
    for end in range(77, length, 78):
        said[end] = f"{said[end]}\n\n"
    return " ".join(said)
