"""The blog that the tests seed into WordPress: what is in it, and what must never leave it.

Nothing here is compared with the archive: the truth is read back from WordPress's own database.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from tests.wordpress.writing import TOPICS, Writer, coined

AUTHORS = {
    "maren": "Maren Holt",
    "tobias": "Tobias Lindqvist",
    "aoife": "Aoife O’Hara",
    "samir": "Samir El-Amin",
    "yuki": "Yuki Tanabe",
}
READERS = (
    "Priya N.",
    "Old Salt",
    "J. Whitcombe",
    "Lukas",
    "Ana María",
    "dealdesk_dan",
    "Femi",
    "Alison Gordon",
    "小林",
)
CATEGORIES = ("Prospecting", "Pricing", "Hiring", "Closing", "Customer success", "Field notes & letters")
ORDINARY_POSTS = 56
LONG_POST_WORDS = 5_000
BIG_THREAD = 500

Json = dict[str, Any]


class Blog:
    """Builds the blog, post by post; the same each time."""

    def __init__(self) -> None:
        self._writer = Writer(20)
        self._random = random.Random(21)
        self._coined = coined()
        self._clock = datetime(2011, 3, 4, 9, 12, 7)  # noqa: DTZ001 (WordPress takes the site's local time)
        self.posts: list[Json] = []

    def build(self) -> Json:
        """Return everything as the JSON that seed.php reads."""
        for number in range(ORDINARY_POSTS):
            self._ordinary(number)
        for special in (
            self._long,
            self._big_thread,
            self._deep_thread,
            self._trashed_parent,
            self._moderated,
            self._other_scripts,
            self._rich,
            self._comments_with_markup,
            self._twins,
            self._edited,
            self._hidden,
        ):
            special()
        return {"authors": AUTHORS, "posts": self.posts}

    def _post(self, title: str, topic: str, words: int = 220, **more: Any) -> Json:
        self._clock += timedelta(days=self._random.randint(20, 80), seconds=self._random.randint(1, 80_000))
        paragraphs = self._writer.text(topic, words)
        paragraphs.insert(1, f"We gave the method a name of our own, {next(self._coined)}, and it stuck.")
        post: Json = {
            "title": title,
            "content": "\n\n".join(paragraphs),
            "date": self._clock.isoformat(sep=" "),
            "author": self._random.choice(list(AUTHORS)),
            "categories": self._random.sample(CATEGORIES, self._random.randint(1, 2)),
            "tags": sorted({topic, self._random.choice(TOPICS)}),
            "comments": [],
        } | more
        self.posts.append(post)
        return post

    def _comment(self, post: Json, parent: int | None = None, **more: Any) -> int:
        """Add a comment and return its place in the post's list, for replies to name."""
        place = len(post["comments"])
        at = datetime.fromisoformat(post["date"]) + timedelta(hours=9 + place * 7, seconds=place * 61 % 59)
        text = self._writer.reply(post["tags"][0], self._random.randint(0, 3))
        post["comments"].append(
            {
                "parent": parent,
                "author": self._random.choice(READERS),
                "url": self._random.choice(("", "", "https://reader.example/about")),
                "date": at.isoformat(sep=" "),
                "text": f"{text} We call it {next(self._coined)} here.",
                "status": "1",
                "type": "comment",
                "user": None,
            }
            | more
        )
        return place

    def _ordinary(self, number: int) -> None:
        topic = TOPICS[number % len(TOPICS)]
        forms = ("What {} taught us", "A plain guide to {}", "Why {} fails", "Notes on {} after a year")
        title = forms[number % len(forms)].format(f"the {topic}") + (
            f", part {number // 30 + 1}" if number > 29 else ""
        )
        post = self._post(title, topic, words=self._random.randint(120, 420))
        for _ in range(self._random.choice((0, 0, 1, 2, 3, 5, 8))):
            earlier = len(post["comments"])
            answers = self._random.randrange(earlier) if earlier and self._random.random() < 0.5 else None
            self._comment(post, answers)

    def _long(self) -> None:
        self._comment(
            self._post("Everything we know about the revenue forecast", "revenue forecast", LONG_POST_WORDS)
        )

    def _big_thread(self) -> None:
        post = self._post("Ask us anything about cold email", "cold email", author="maren")
        for place in range(BIG_THREAD):
            answers = self._random.randrange(place) if place and self._random.random() < 0.55 else None
            by_author = {"user": "maren", "author": AUTHORS["maren"]} if place % 25 == 24 else {}
            self._comment(post, answers, **by_author)

    def _deep_thread(self) -> None:
        post = self._post("The longest negotiation we remember", "contract negotiation")
        for _ in range(2):
            parent = None
            for _ in range(9):
                parent = self._comment(post, parent)

    def _trashed_parent(self) -> None:
        post = self._post("When the champion leaves", "internal champion")
        self._comment(post)
        removed = self._comment(post, status="trash")
        answer = self._comment(post, removed)
        self._comment(post, answer)
        self._comment(post)

    def _moderated(self) -> None:
        post = self._post("Opening the pricing page to comments", "pricing page")
        self._comment(post)
        for status in ("0", "spam", "trash", "0"):
            self._comment(post, status=status)
        self._comment(post, type="pingback", author="Another blog", url="https://blog.example/answer")
        self._comment(post, type="trackback", author="A third blog", url="https://third.example/answer")
        self._comment(post, 0)

    def _other_scripts(self) -> None:
        post = self._post("Selling in six alphabets 🚀 — مبيعات", "outbound campaign", slug="البيع-عبر-اللغات")
        post["content"] += (
            "\n\nالمبيعات تبدأ بسؤال واحد صادق، ثم الإصغاء الطويل. 📈\n\nמכירות מתחילות בשאלה אחת כנה.\n\n"
            "営業は一つの質問から始まる。\n\nПродажи начинаются с вопроса.\n\n"
            "A co\u00adoper\u00adative\u00a0deal 🤝🏽 👩‍💻."
        )
        self._comment(post, text=f"شكرا جزيلا على هذا المقال {next(self._coined)} 🙏", author="ليلى حداد")
        self._comment(post, 0, text=f"תודה רבה {next(self._coined)}", author="נועה")
        self._comment(post, text=f"とても参考になりました {next(self._coined)} 🎉", author="小林")

    def _rich(self) -> None:
        post = self._post("Deals, “quotes” & <em>other</em> small print", "discount policy")
        post["content"] = _RICH.format(coined=next(self._coined), last=next(self._coined)) + post["content"]
        self._comment(post)

    def _comments_with_markup(self) -> None:
        post = self._post("Questions from the sales deck workshop", "sales deck")
        word = self._coined
        self._comment(
            post,
            text=f'Read <a href="https://reader.example/deck" rel="nofollow">my notes on {next(word)}</a>'
            " & <em>then</em> decide:\n\n<blockquote>Ten slides, one question.</blockquote>"
            "\n\nMargins &lt; 20 % are no margins.",
        )
        self._comment(post, text=f"A reader without a name asks about {next(word)}.", author="", url="")
        self._comment(post, text=" ".join([*self._writer.text("sales deck", 1_000), next(word)]))
        twice = f"Posted twice by a slow connection: {next(word)}."
        self._comment(post, text=twice, author="Femi")
        self._comment(post, text=twice, author="Femi")
        # The site's clocks skipped this hour; WordPress's REST answer gives it an hour late.
        self._comment(post, date="2016-03-13 02:20:17", text=f"Sent at an hour that was skipped, {next(word)}.")

    def _twins(self) -> None:
        for _ in range(2):
            self._comment(self._post("Monthly letter", "customer story"))

    def _edited(self) -> None:
        self._post("A post that was corrected later", "lead scoring", edited="2023-11-08 16:20:00")

    def _hidden(self) -> None:
        for title, more in (
            ("Protected price list", {"password": "letmein"}),
            ("Draft of a letter", {"status": "draft"}),
            ("Private minutes", {"status": "private"}),
            ("Scheduled for later", {"date": "2041-05-06 07:08:09"}),
            ("Thrown away", {"status": "trash"}),
            ("Waiting for review", {"status": "pending"}),
        ):
            post = self._post(title, "annual plan", **more)
            self._comment(post)


_RICH = """<p>First, <strong>the rule</strong> we named <a href="https://reader.example/rule">{coined}</a>.</p>
<figure><img src="/nothing.png" alt="A chart of deals" /><figcaption>Deals by month</figcaption></figure>
<ul><li>Ask twice<ul><li>once by phone</li><li>once in writing</li></ul></li><li>Sign once</li></ul>
<table><tr><th>Plan</th><th>Price</th></tr><tr><td>Team</td><td>49</td></tr><tr><td>Company</td><td>199</td></tr></table>
<pre>if silence > 3:
    offer = None</pre>
<blockquote><p>Discounts are loans from next year.</p></blockquote>
<script>document.title = "{last}script";</script>
<iframe src="https://video.example/embed/1"></iframe>
"""
