"""Read lists of tracks that come from elsewhere: pasted lines, CSV, M3U and JSPF.

Pure: no input or output, no clock.
"""

from .models import ListKind, ParsedList
from .parsing import parse_list

__all__ = ["ListKind", "ParsedList", "parse_list"]
