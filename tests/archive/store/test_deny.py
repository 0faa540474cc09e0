from collections.abc import Callable
from dataclasses import replace

from archive.archive import Archive
from archive.records.models import Post, Visit
from archive.store.deny import Rule, allow, deny, rules

Builder = Callable[..., Post]
THREAD = (("1", None, "Root."), ("2", "1", "Answer."), ("3", "2", "Answer to the answer."), ("4", None, "Alone."))


def add_rule(archive: Archive, rule: Rule) -> None:
    with archive.database.write() as connection:
        deny(connection, rule)


def visit_of(post: Post, **changed: object) -> Visit:
    assert post.fetched is not None
    visit = Visit(url=post.url, site=post.site, at=post.fetched, status=200, post=post)
    return replace(visit, **changed)


def test_a_denied_address_is_not_archived(archive: Archive, make_post: Builder):
    add_rule(archive, Rule(kind="url", value=make_post().url))

    assert archive.add(make_post()).post == "denied"
    assert list(archive.posts()) == []


def test_a_denied_site_is_not_archived(archive: Archive, make_post: Builder):
    add_rule(archive, Rule(kind="site", value="example.com"))

    assert archive.add(make_post()).post == "denied"
    assert archive.add(make_post("https://other.example/post/")).post == "new"


def test_a_denied_address_is_not_archived_through_another_that_leads_there(archive: Archive, make_post: Builder):
    add_rule(archive, Rule(kind="url", value="https://example.com/?p=7"))
    post = make_post()

    change = archive.record(visit_of(post, aliases=("https://example.com/?p=7",)))

    assert change is not None
    assert change.post == "denied"
    assert list(archive.posts()) == []
    assert archive.frontier.due("example.com", everything=True) == []


def test_a_denied_address_is_not_discovered(archive: Archive):
    add_rule(archive, Rule(kind="url", value="https://example.com/a/"))

    assert archive.frontier.discover("example.com", [("https://example.com/a/", None)]) == 0


def test_posts_of_a_denied_person_are_not_archived_whatever_the_case(archive: Archive, make_post: Builder):
    add_rule(archive, Rule(kind="author", value="ANN  lee"))

    assert archive.add(make_post(author="Ann Lee; Bo Berg")).post == "denied"
    assert archive.add(make_post(author="Ann Leeson")).post == "new"


def test_a_denied_comment_leaves_a_placeholder_only_if_it_has_replies(archive: Archive, make_post: Builder):
    for name in ("Reader 1", "Reader 4"):
        add_rule(archive, Rule(kind="author", value=name))

    archive.add(make_post(thread=THREAD))

    root, answer, deeper = archive.post(make_post().id).comments
    assert (root.deleted, root.author, root.text, root.permalink) == (True, None, "", None)
    assert (answer.parent_id, answer.depth) == (root.id, 1)
    assert deeper.text == "Answer to the answer."


def test_a_chain_of_denied_comments_without_other_replies_leaves_nothing(archive: Archive, make_post: Builder):
    for name in ("Reader 2", "Reader 3"):
        add_rule(archive, Rule(kind="author", value=name))

    archive.add(make_post(thread=THREAD))

    assert [each.text for each in archive.post(make_post().id).comments] == ["Root.", "Alone."]


def test_a_person_denied_at_one_site_is_archived_at_others(archive: Archive, make_post: Builder):
    add_rule(archive, Rule(kind="author", value="Ann Lee", site="example.com"))

    assert archive.add(make_post()).post == "denied"
    assert archive.add(make_post("https://other.example/post/")).post == "new"


def test_a_lifted_rule_denies_no_more(archive: Archive, make_post: Builder):
    rule = Rule(kind="author", value="Ann Lee")
    add_rule(archive, rule)

    with archive.database.write() as connection:
        assert allow(connection, rule)
        assert not allow(connection, rule)
        assert rules(connection) == []
    assert archive.add(make_post()).post == "new"
