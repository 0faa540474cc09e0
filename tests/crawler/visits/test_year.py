"""A moved clock: what a few months of one blog's life cost, and how soon its comments are archived."""

from datetime import timedelta

import pytest

from benchmarks.year import SITES, moments, simulate
from benchmarks.year_site import LivingBlog, life

POSTS, DAYS = 24, 90


@pytest.mark.parametrize("name", SITES)
def test_comments_are_archived_within_days_by_few_requests(name: str) -> None:
    feeds, sizes = SITES[name]
    posts = life(moments(POSTS, timedelta(days=DAYS)), fading=1.3, seed=7)
    blog = LivingBlog(posts, feeds=feeds, sizes=sizes)

    year = simulate(posts, blog, days=DAYS)

    assert year.arrived > POSTS
    assert year.archived >= 0.98 * year.arrived
    assert year.within_a_week >= 0.9 * year.arrived_early
    assert blog.asked["posts"] <= 10 * POSTS  # a post is asked for ten times before it is three months old
    assert blog.asked["robots"] <= DAYS
    assert blog.asked["feeds"] <= 2 * DAYS * len(feeds)
