"""What `import archive` offers, and what it costs."""

import subprocess
import sys

import pytest

import archive
from archive.archive import Archive
from archive.records.models import Comment, Post
from archive.search.results import Query


def test_public_names_are_the_classes_of_their_modules():
    assert (archive.Archive, archive.Post, archive.Comment, archive.Query) == (Archive, Post, Comment, Query)
    assert sorted(archive.__all__) == ["Archive", "Comment", "Post", "Query"]
    assert {*archive.__all__, "errors"} <= set(dir(archive))


def test_unknown_name_is_refused_as_by_any_module():
    with pytest.raises(AttributeError, match="module 'archive' has no attribute 'Spider'"):
        _ = archive.Spider


def test_import_of_the_package_loads_none_of_its_modules():
    code = "import archive, sys; print([name for name in sys.modules if name.startswith(('archive.', 'whoosh'))])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)

    assert loaded.stdout == "[]\n"
