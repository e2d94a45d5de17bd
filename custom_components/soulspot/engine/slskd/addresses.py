"""Make an address of what people paste."""

import re

from yarl import URL

from ..addresses import parse_address
from ..errors import InputError

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
    url = parse_address(text.strip().lstrip("/"))
    if _HOST.fullmatch(url.raw_host or "") is None:
        raise InputError("invalid_url")
    path = _PAGE.sub("", url.raw_path.rstrip("/")).rstrip("/")
    return URL.build(scheme=url.scheme, authority=url.raw_authority, path=path or "/", encoded=True)
