from archive.records.models import Comment
from archive.records.thread import Branch, nested, rows


def comment(id_: str, parent: str | None = None) -> Comment:
    return Comment(id=id_, post_id="post:1", parent_id=parent)


def shape(branches: tuple[Branch, ...]) -> list[object]:
    return [(each.comment.id, shape(each.replies)) if each.replies else each.comment.id for each in branches]


def html(comments: list[Comment], levels: int) -> str:
    steps = [
        f"<li>{row.comment.id}" + ("<ol>" if row.opens else "</li>") + "</ol></li>" * row.closes
        for row in rows(comments, levels=levels)
    ]
    return "<ol>" + "".join(steps) + "</ol>"


def test_replies_stand_under_what_they_answer_in_the_order_of_the_thread():
    thread = [comment("a"), comment("b"), comment("a1", "a"), comment("a2", "a"), comment("a11", "a1")]

    assert shape(nested(thread)) == [("a", [("a1", ["a11"]), "a2"]), "b"]


def test_a_comment_whose_parent_is_missing_is_a_root():
    assert shape(nested([comment("a", "gone"), comment("b", "a")])) == [("a", ["b"])]


def test_no_comment_of_a_circle_is_lost():
    thread = [comment("tail", "b"), comment("a", "c"), comment("b", "a"), comment("c", "b"), comment("self", "self")]

    assert {row.comment.id for row in rows(thread)} == {"tail", "a", "b", "c", "self"}
    assert len(nested(thread)) == 2


def test_rows_describe_well_nested_lists():
    thread = [comment("a"), comment("a1", "a"), comment("a11", "a1"), comment("b")]

    assert html(thread, 8) == "<ol><li>a<ol><li>a1<ol><li>a11</li></ol></li></ol></li><li>b</li></ol>"


def test_replies_past_the_last_level_stand_beside_and_name_their_parent():
    thread = [comment("a"), comment("a1", "a"), comment("a11", "a1"), comment("a111", "a11")]

    assert html(thread, 2) == "<ol><li>a<ol><li>a1</li><li>a11</li><li>a111</li></ol></li></ol>"
    assert rows(thread, levels=2)[3].answers == thread[2]


def test_an_empty_thread_has_no_rows():
    assert nested([]) == ()
    assert rows([]) == ()


def test_a_thread_of_ten_thousand_levels_nests():
    thread = [comment("c0")] + [comment(f"c{n}", f"c{n - 1}") for n in range(1, 10_000)]

    (branch,) = nested(thread)
    depth = 1
    while branch.replies:
        (branch,) = branch.replies
        depth += 1

    assert depth == 10_000
    assert [row.level for row in rows(thread)[-2:]] == [7, 7]
