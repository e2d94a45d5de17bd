"""Read and write lists of tracks as others do: pasted lines, CSV, M3U and JSPF.

Pure: no input or output, no clock.
"""

from .export import ExportedTrack, render
from .models import ListKind, ParsedList
from .parsing import parse_list

__all__ = ["ExportedTrack", "ListKind", "ParsedList", "parse_list", "render"]
