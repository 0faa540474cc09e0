"""Lazy imports, which keep `--help` and usage errors fast.

A command's module only declares options. Modules that import NumPy, Whoosh, Scrapy or Flask are named by `lazy`.
"""

import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType


def lazy(name: str) -> ModuleType:
    """Return a module that is executed when one of its names is first used; raise `ModuleNotFoundError`.

    Its parent packages are imported at once. Source: `importlib.util.LazyLoader` of the standard library.
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
