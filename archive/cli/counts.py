"""Numbers on the command line."""

import argparse


def count(text: str) -> int:
    """Return a whole number from 1 on; raise argparse's error for anything else."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)
