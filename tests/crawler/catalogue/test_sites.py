"""The catalogue: what it may say, and what is said of a mistake in it."""

from pathlib import Path

import pytest

from crawler.catalogue.sites import CATALOGUE, CatalogueError, Site, find_site, load_sites, site_at
from crawler.pages.urls import site_of
from crawler.platforms.registry import PLATFORMS


def written(tmp_path: Path, text: str, name: str = "sites.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_catalogue_is_sound_and_large() -> None:
    sites = load_sites(CATALOGUE)

    assert len(sites) >= 100
    assert all(each.name and each.topics and each.language for each in sites)
    assert all(each.platform is None or each.platform in PLATFORMS for each in sites)
    assert len({each.url for each in sites}) == len(sites)


def test_everything_a_site_may_say_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        [[site]]
        url = "HTTPS://Blog.Example:443/news"
        name = "News"
        topics = ["selling"]
        language = "en"
        delay = 5
        start = ["https://blog.example/news/archive"]
        include = ["/news/\\\\d+"]
        exclude = ["draft"]
        platform = "generic"
        disabled = true
        """,
    )

    (read,) = load_sites(path)

    assert (read.url, read.key, read.delay, read.disabled) == ("https://blog.example/news", "blog.example", 5, True)
    assert read.covers("https://www.blog.example/news/7")
    assert not read.covers("https://blog.example/news/7-draft")
    assert not read.covers("https://blog.example/news/about")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[site]]\nname = 'x'", "url is missing"),
        ("[[site]]\nurl = 'ftp://x.example/'", "not an http address"),
        ("[[site]]\nurl = 'https://x.example/'\nfeed = 'y'", "unknown keys feed"),
        ("[[site]]\nurl = 'https://x.example/'\ndelay = true", "delay must be a number"),
        ("[[site]]\nurl = 'https://x.example/'\ntopics = 'sales'", "topics must be a list"),
        ("[[site]]\nurl = 'https://x.example/'\ninclude = ['(']", "not a regular expression"),
        ("[[site]]\nurl = 'https://x.example/'\nlanguage = 'English'", "ISO 639-1"),
        ("[site]\nurl = 'https://x.example/'", "list of [[site]]"),
        ("url = 1", "list of [[site]]"),
        ("[[site", "array declaration"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(CatalogueError) as error:
        load_sites(path)

    assert said in str(error.value)
    assert str(path) in str(error.value)


def test_ones_own_catalogue_adds_sites_and_wins(tmp_path: Path) -> None:
    shipped = written(tmp_path, "[[site]]\nurl='https://a.example/'\nname='A'\n[[site]]\nurl='https://b.example/'")
    own = written(
        tmp_path, "[[site]]\nurl='https://a.example'\nname='Mine'\n[[site]]\nurl='https://c.example/'", "own.toml"
    )

    sites = load_sites(shipped, own, tmp_path / "missing.toml")

    assert {each.url: each.name for each in sites} == {
        "https://a.example/": "Mine",
        "https://b.example/": None,
        "https://c.example/": None,
    }


def test_a_site_asked_for_by_address_has_its_settings_from_the_catalogue(tmp_path: Path) -> None:
    sites = load_sites(written(tmp_path, "[[site]]\nurl='https://a.example/'\ndelay=9"))

    assert find_site(sites, "https://A.example").delay == 9
    assert find_site(sites, "other.example").url == "https://other.example/"
    assert find_site(sites, "localhost:8000").url == "https://localhost:8000/"
    assert find_site(sites, "http://intranet/blog").url == "http://intranet/blog"


@pytest.mark.parametrize(
    "wrong", ["mailto:me@a.example", "file:///etc/passwd", "https://", "not an address", "nonsense", "nonsense:80"]
)
def test_what_is_no_address_is_told(wrong: str) -> None:
    with pytest.raises(CatalogueError, match="not an address"):
        site_at(wrong)


@pytest.mark.parametrize(
    ("front", "url", "covered"),
    [
        ("https://a.example/", "https://a.example/x", True),
        ("https://a.example/", "http://www.a.example/x", True),
        ("https://a.example/", "https://b.example/x", False),
        ("https://a.example/blog", "https://a.example/blog/x", True),
        ("https://a.example/blog/", "https://a.example/pricing", False),
        ("https://a.example/articles.html", "https://a.example/x.html", True),
    ],
)
def test_a_site_covers_what_lies_below_its_front_page(front: str, url: str, covered: bool) -> None:
    assert Site(url=front).covers(url) is covered
    assert site_of(front) == "a.example"
