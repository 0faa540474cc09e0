"""The embedded search engine: an index in Whoosh's files, searched by NumPy over posting lists."""
