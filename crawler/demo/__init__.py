"""The demo: a small web of our own on loopback, and the program that crawls, archives and searches it.

Five blogs in five kinds of markup stand for the writing that the archive is for. All of it was invented for this
project. What a crawler must leave out (drafts, disallowed paths, paid texts) holds coined words that tests look for.
"""
