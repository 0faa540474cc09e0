"""The query language: words in, a tree of what is meant out."""
