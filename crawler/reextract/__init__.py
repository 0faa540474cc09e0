"""Extract posts again from kept raw responses, without asking any site."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.reextract.run import reextract

__all__ = ["reextract"]


def __getattr__(name: str) -> Any:
    """Return the public function, loading it at the first use: command lines import this package for their help."""
    if name in __all__:
        return getattr(import_module("crawler.reextract.run"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
