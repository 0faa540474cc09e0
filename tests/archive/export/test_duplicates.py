import random
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.export.duplicates import Duplicate, Duplicates, repeated_comments
from archive.records.models import Post

Builder = Callable[..., Post]
WORDS = [f"word{n}" for n in range(4_000)]


def invented_text(chance: random.Random, length: int) -> list[str]:
    return [WORDS[int(chance.random() ** 3 * len(WORDS))] for _ in range(length)]


def found(posts: list[Post]) -> list[Duplicate]:
    duplicates = Duplicates()
    for post in posts:
        duplicates.see(post)
    return duplicates.posts()


def test_the_same_text_in_other_case_and_spacing_is_a_copy_of_the_earliest(make_post: Builder):
    first = make_post("https://b.example/", text="Call them yourself. Then call again.")
    later = make_post(
        "https://a.example/",
        text="CALL them\n\nyourself; then call again",
        published=first.published + timedelta(days=1),
    )

    assert found([later, first]) == [Duplicate(later.id, first.id, "post", "same text", 1.0)]


def test_a_copy_without_a_date_is_not_taken_for_the_original(make_post: Builder):
    dated, undated = make_post("https://b.example/"), make_post("https://a.example/", published=None)

    assert [each.id for each in found([undated, dated])] == [undated.id]


def test_posts_without_text_are_no_copies(make_post: Builder):
    assert found([make_post("https://a.example/", text=""), make_post("https://b.example/", text=" – ")]) == []


def test_three_copies_all_point_to_the_one_that_stays(make_post: Builder):
    chance = random.Random(7)
    words = invented_text(chance, 400)
    posts = []
    for n in range(4):
        words = [*words, f"footer{n}"]
        published = datetime(2015, 1, 1 + n, tzinfo=UTC)
        posts.append(make_post(f"https://{n}.example/", text=" ".join(words), published=published))

    assert {(each.id, each.of) for each in found(posts)} == {(post.id, posts[0].id) for post in posts[1:]}


def test_edited_copies_are_found_and_nothing_else(make_post: Builder, figure: Callable[[str], None]):
    chance = random.Random(42)
    posts, pairs = [], set()
    for n in range(2_000):
        words = invented_text(chance, chance.randint(120, 900))
        post = make_post(
            f"https://one.example/{n}/", text=" ".join(words), published=datetime(2015, 1, 1, tzinfo=UTC)
        )
        posts.append(post)
        if n % 5 == 0:
            edited = ["Originally", "published", "elsewhere", *words]
            for _ in range(len(words) // 60):
                edited[chance.randrange(len(edited))] = "edited"
            copy = make_post(
                f"https://two.example/{n}/", text=" ".join(edited), published=datetime(2016, 1, 1, tzinfo=UTC)
            )
            posts.append(copy)
            pairs.add((copy.id, post.id))
    chance.shuffle(posts)

    seen = {(each.id, each.of) for each in found(posts)}

    figure(
        f"{len(seen & pairs)} of {len(pairs)} edited copies found, {len(seen - pairs)} of {len(posts)} posts falsely"
    )
    assert len(seen & pairs) / len(pairs) >= 0.98
    assert len(seen - pairs) / len(posts) <= 0.001


def test_many_posts_take_little_memory(make_post: Builder):
    duplicates = Duplicates()
    post = make_post()
    texts = [" ".join(invented_text(random.Random(n), 50)) for n in range(100)]
    tracemalloc.start()
    for n in range(2_000):
        duplicates.see(replace(post, id=f"post:{n}", text=f"{n} {texts[n % 100]}"))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert used < 2_400_000


def test_comments_repeated_under_a_copy_are_found(make_post: Builder):
    original = make_post(thread=(("1", None, "It works."), ("2", None, "Not for us.")))
    copy = make_post("https://mirror.example/", thread=(("1", None, "It works!"), ("3", None, "Nor for me.")))

    repeated = list(repeated_comments([original], [copy]))

    assert repeated == [Duplicate(copy.comments[0].id, original.comments[0].id, "comment", "same text", 1.0)]
