"""Lazy imports: modules that load when they are first used, so that `--help` and a mistyped command stay quick.

A command's module declares its options; what it runs loads NumPy, Whoosh, Scrapy or Flask and is named by `lazy`.
"""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def lazy(name: str) -> ModuleType:
    """Return a module that runs at the first use of one of its names; raise `ModuleNotFoundError`.

    Its packages are imported at once. Source: `importlib.util.LazyLoader` of the standard library.
    """
    if name in sys.modules:
        return sys.modules[name]
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"there is no module {name}", name=name)
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
