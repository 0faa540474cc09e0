"""A little web of our own on loopback, and the demonstration that crawls, archives and searches it.

Five blogs in five markups stand for the kinds of writing the archive is for. All of it was invented for this
project; what a crawler must leave out (drafts, shut paths, paid texts) holds coined words that tests look for.
"""
