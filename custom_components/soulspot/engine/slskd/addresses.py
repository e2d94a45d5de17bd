"""Make an address of what people paste."""

import re

from yarl import URL

from ..errors import InputError

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = re.compile(r"[\s\x00-\x1f\x7f\\]")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.IGNORECASE | re.ASCII)
# Pages of slskd's own, with what may follow them in the address bar.
_PAGE = re.compile(
    r"/(?:api(?:/v\d+)?(?:/.*)?|searches(?:/[0-9a-f-]{36})?|(?:downloads|uploads|rooms|chat|users|browse)"
    r"|system(?:/[a-z]+)?|index\.html)$",
    re.IGNORECASE | re.ASCII,
)


def normalise_address(text: str) -> URL:
    """Return the base address of a slskd from what a person typed or pasted.

    Adds `http://`, keeps a base path, drops the API's path, a page of slskd's, query and fragment.
    Raises InputError `invalid_url` for anything else, also for a user or password in the address.
    """
    trimmed = text.strip().lstrip("/")
    if not trimmed or _UNPRINTABLE.search(trimmed):
        raise InputError("invalid_url")
    if _SCHEME.match(trimmed) is None:
        trimmed = f"http://{trimmed}"
    try:
        url = URL(trimmed)
        port = url.port
    except ValueError as error:
        raise InputError("invalid_url") from error
    has_host = _HOST.fullmatch(url.raw_host or "") is not None
    if url.scheme not in ("http", "https") or not has_host or not port or "@" in url.raw_authority:
        raise InputError("invalid_url")
    path = _PAGE.sub("", url.raw_path.rstrip("/")).rstrip("/")
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path or "/", encoded=True)
