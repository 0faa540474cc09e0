"""Posts at their source: the content folder of a static site, as Hugo, Jekyll and their kin keep it.

`frontmatter` reads the head of one file, `markdown` its text, `folder` finds the files and the addresses that the
generator gives them, `history` asks git when they changed.
"""
