"""Plain text of HTML: what a reader would copy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.pages.page import parse
from crawler.pages.text import html_text, text_of


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<div>One.</div><div>Two.</div>", "One.\n\nTwo."),
        ("one<br>two", "one\ntwo"),
        ("one<br><br/>two", "one\n\ntwo"),
        ("<ul><li>a</li><li><p>b</p></li></ul>", "- a\n- b"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "- a\n  - b\n- c"),
        ("<p>She said:</p><blockquote><p>Go.</p><p>Now.</p></blockquote><p>I went.</p>",
         "She said:\n\n> Go.\n\n> Now.\n\nI went."),
        ("<pre>if x:\n    y()\n\nz()</pre>", "if x:\n    y()\n\nz()"),
        ("<p>See <a href='https://x.example'>the list</a>.</p>", "See the list."),
        ("<p>  a \n\t b&nbsp;c </p>", "a b c"),
        ("<table><tr><th>Plan</th><td>9</td></tr><tr><th>Pro</th><td>19</td></tr></table>", "Plan | 9\nPro | 19"),
        ("<p>Hi <img class='emoji' alt='🙂'></p>", "Hi 🙂"),
        ("<p>Hi <img alt='a cat on a desk'></p>", "Hi"),
        ("<p>before</p><script>steal()</script><style>p{}</style><form><p>Mail</p></form><p>after</p>",
         "before\n\nafter"),
        ("<p>one <!-- not --> two</p>", "one two"),
        ("a</div></div><p>b", "a\n\nb"),
        ("Tom &amp; Ann &lt;3", "Tom & Ann <3"),
        ("no markup\nat all", "no markup\nat all"),
        ("", ""),
    ],
)  # fmt: skip
def test_markup_becomes_what_it_looks_like(fragment: str, text: str) -> None:
    assert html_text(fragment) == text


def test_left_out_elements_take_nothing_of_what_follows_them() -> None:
    tree = parse("<div><p>kept</p><b>Reply</b> and this<p>too</p></div>")
    reply = next(tree.iter("b"))
    assert text_of(tree, without={reply}) == "kept\n\nand this\n\ntoo"


def test_the_elements_own_tail_is_not_its_text() -> None:
    tree = parse("<p><b>inside</b> outside</p>")
    assert text_of(next(tree.iter("b"))) == "inside"


@pytest.mark.parametrize("levels", [300, 2_000, 50_000])
def test_deeply_nested_pages_lose_no_text(levels: int) -> None:
    fragment = "<p>before</p>" + "<div>" * levels + "deep" + "</div>" * levels + "<p>after</p>"
    assert html_text(fragment).split() == ["before", "deep", "after"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab <>/=\"'&;!-\n\x00pulibrdvqote", max_size=200))
def test_any_text_is_read_as_html_without_failing(fragment: str) -> None:
    lines = html_text(fragment).split("\n")
    assert not any(line != line.rstrip() for line in lines)
