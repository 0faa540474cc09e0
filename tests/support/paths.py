"""Where the tests find files: the project, what they keep, and labelled pages that a checkout may have beside it."""

from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
#: Saved pages of posts, threads and whole sites, all of our own writing.
PAGES, THREADS, SITES = TESTS / "pages", TESTS / "threads", TESTS / "sites"
#: Collections beside the checkout; tests that want them skip where there are none.
SHARED = ROOT.parent / "shared"
