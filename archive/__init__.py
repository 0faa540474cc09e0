"""The searchable archive: records, their store, the search index over it. It knows neither Scrapy nor Flask.

The names below are for users of the package; each is loaded when it is first asked for, so `import archive` is cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["Archive", "Comment", "Post", "Query"]

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.records.models import Comment, Post
    from archive.search.results import Query
else:
    _MODULES = {
        "Archive": "archive.archive",
        "Comment": "archive.records.models",
        "Post": "archive.records.models",
        "Query": "archive.search.results",
    }

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
