"""Read the address of a server as a person types it."""

import re

from yarl import URL

from .errors import InputError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f\\]")


def parse_address(text: str) -> URL:
    """Return a trimmed text as an address of http or https; the scheme may be left out.

    Raises InputError `invalid_url` for anything else, also for a user or password in the address.
    """
    if not text or _UNPRINTABLE.search(text):
        raise InputError("invalid_url")
    if _SCHEME.match(text) is None:
        text = f"http://{text}"
    try:
        url = URL(text)
        port = url.port
    except ValueError as error:
        raise InputError("invalid_url") from error
    is_web = url.scheme in ("http", "https")
    if not is_web or not url.raw_host or not port or "@" in url.raw_authority:
        raise InputError("invalid_url")
    return url
