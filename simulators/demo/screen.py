"""Tell on the screen how far things are."""

import os
import sys

_PLAIN = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()


class DemoError(Exception):
    """Say in one sentence why the demo cannot go on, and what to do about it."""


def styled(text: str, code: int) -> str:
    """Return the text in a terminal style (1 bold, 31 red, 32 green, 33 yellow), plain when piped."""
    return text if _PLAIN else f"\x1b[{code}m{text}\x1b[0m"


def say(text: str) -> None:
    """Print one step."""
    print(f"{styled('==>', 1)} {text}", flush=True)


def note(text: str) -> None:
    """Print how far a step is."""
    print(f"    {text}", flush=True)


def complain(text: str) -> None:
    """Print what went wrong."""
    print(f"{styled('error:', 31)} {text}", file=sys.stderr, flush=True)
