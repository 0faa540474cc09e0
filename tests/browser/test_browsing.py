"""What people do, in a real browser."""

import re
from urllib.parse import unquote

import feedparser
import pytest
from playwright.sync_api import Page, expect

from archive.records.models import Post

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_a_search_by_a_facet_to_a_comment_and_back(open_page, script: bool) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/", script=script)
    page.get_by_label("Search posts and comments").fill("objection")
    page.get_by_role("button", name="Search").click()
    page.locator(".facets").get_by_role("link", name="Comments", exact=True).click()
    expect(page.locator(".hit.post")).to_have_count(0)

    hit = page.locator(".hit.comment", has_text="Happy ears")
    hit.get_by_role("link").click()

    comment = page.locator(".comment:target")
    expect(comment.locator("> details > .text")).to_contain_text("Happy ears")
    expect(comment).to_be_in_viewport()
    page.get_by_role("link", name="Back to results").click()
    expect(page).to_have_url(re.compile(r"/search\?q=objection&kind=comment$"))


def test_the_front_page_can_be_typed_into_at_once(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/")

    page.keyboard.type('"annual contract"')
    page.keyboard.press("Enter")

    expect(page.locator("mark").first).to_have_text("annual")
    expect(page.locator(".hit.post h2")).to_have_text(["Ask for the annual contract on day one"])


def test_nothing_found_leads_on(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/search?q=dispatcher&site=quotanotes.example")

    page.get_by_role("link", name="Search the whole archive, without filters").click()

    expect(page.locator(".hit")).not_to_have_count(0)


def test_hostile_words_and_texts_run_nothing(open_page, library: list[Post]) -> None:  # type: ignore[no-untyped-def]
    post = next(each for each in library if each.site == "hostile.example")
    page = open_page("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    page.goto(page.url.partition("/search")[0] + f"/posts/{post.id}")

    expect(page.get_by_role("heading", level=1)).to_have_text("<script>alert('title')</script> & \"quotes\"")
    expect(page.locator(".comment img, .post img")).to_have_count(0)


def test_keys_go_to_the_box_and_through_the_results(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/search?q=objection")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".hit").nth(1).locator("a:focus")).to_have_count(1)
    page.keyboard.press("k")
    expect(page.locator(".hit.selected a:focus")).to_have_count(1)
    expect(page.locator(".hit").first).to_have_class(re.compile("selected"))
    first = page.locator(".hit").first.get_by_role("link").get_attribute("href") or ""
    page.keyboard.press("/")
    expect(page.get_by_label("Search posts and comments")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".hit a").first.focus()
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(re.escape(first) + "$"))


def test_a_branch_of_the_thread_can_be_folded_with_the_keyboard(open_page, library: list[Post]) -> None:  # type: ignore[no-untyped-def]
    post = next(each for each in library if each.url.endswith("discovery-calls"))
    page = open_page(f"/posts/{post.id}")
    reply = page.get_by_text("And if they do not raise it?")
    expect(reply).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(reply).to_be_hidden()


def test_on_paper_stand_the_texts_alone_folded_ones_too(open_page, library: list[Post]) -> None:  # type: ignore[no-untyped-def]
    post = next(each for each in library if each.url.endswith("discovery-calls"))
    page = open_page(f"/posts/{post.id}?q=objection")
    page.locator(".comment summary").first.click()

    page.emulate_media(media="print")

    for comment in post.comments:
        text = page.locator(f"#{comment.id.replace(':', '-')} > details > .text")
        assert text.evaluate("each => each.checkVisibility({contentVisibilityAuto: true}) && each.offsetHeight > 10")
    expect(page.locator(".top, .tools, .find, .actions, .back").locator("visible=true")).to_have_count(0)


def test_a_folded_comment_opens_when_a_link_leads_to_it(open_page, library: list[Post]) -> None:  # type: ignore[no-untyped-def]
    post = next(each for each in library if each.url.endswith("discovery-calls"))
    deep = post.comments[6]
    page = open_page(f"/posts/{post.id}")
    page.locator(".comment summary").first.click()

    page.evaluate("id => { location.hash = id }", deep.id.replace(":", "-"))

    expect(page.get_by_text(deep.text)).to_be_visible()


def test_a_paragraph_can_be_quoted_and_copied(open_page, library: list[Post]) -> None:  # type: ignore[no-untyped-def]
    post = next(each for each in library if "cold-email" in each.url)
    page = open_page(f"/posts/{post.id}")
    page.locator(".block").nth(1).get_by_role("link", name="Link to this paragraph").click()
    page.locator(".block:target").get_by_role("link", name="Quote").click()

    page.get_by_role("button", name="Copy").first.click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("“The old version had four paragraphs")
    assert "#:~:text=" in copied
    assert "The old version had" in unquote(copied)


def test_a_search_can_be_followed_in_a_feed_reader(open_page) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/search?q=objection&kind=comment")

    address = page.locator("link[type='application/atom+xml']").get_attribute("href")
    feed = feedparser.parse(page.request.get(page.url.partition("/search")[0] + str(address)).body())

    assert not feed.bozo
    assert len(feed.entries) > 2


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_follows_the_reader_s_light(open_page, dark: bool) -> None:  # type: ignore[no-untyped-def]
    page = open_page("/search?q=email", dark=dark)

    background = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    red = int(re.findall(r"\d+", background)[0])
    assert red < 60 if dark else red > 200


def test_a_search_weighs_little(open_page, address: str) -> None:  # type: ignore[no-untyped-def]
    page: Page = open_page("/")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body()) + len(str(answer.headers))))

    page.context.clear_cookies()
    page.goto(f"{address}/search?q=the")
    page.wait_for_load_state("networkidle")

    assert 5_000 < sum(sizes) <= 60_000, sizes
