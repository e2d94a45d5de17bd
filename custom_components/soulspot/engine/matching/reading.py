"""Read files for one wanted recording, and remember what was read.

The same names, folders and lengths come again within an answer, and with every further query for
the same recording.
"""

from functools import lru_cache
from itertools import count
from typing import NamedTuple

from ..model import RemoteFile
from .comparing import names_other_version
from .folders import FolderMatch, reader_for, shelf_of
from .judging import Judgement, judge
from .lengths import LengthLevel, LengthMatch, match_length
from .names import parse_name
from .surroundings import NO_TITLE, TitleMatch
from .target import prepare
from .titles import match_title
from .wanted import WantedRecording

_READERS = 4
_MOST_REMEMBERED = 8_192


class ReadTitle(NamedTuple):
    """Hold a file name's match, and how many contradictions stand in the name alone."""

    match: TitleMatch
    misses: int
    number: int
    depends_on_folder: bool


_WITHOUT_TITLE = ReadTitle(NO_TITLE, 0, -1, False)  # One for all: nobody asks what else they say.


@lru_cache(maxsize=_READERS)
def reader_of(wanted: WantedRecording) -> FileReader:
    """Return a reader that knows what earlier answers for the same recording held."""
    return FileReader(wanted)


class FileReader:
    """Read names, lengths and folders; what comes again is read once."""

    def __init__(self, wanted: WantedRecording) -> None:
        """Prepare what is wanted."""
        self.target = prepare(wanted)
        self.folders = reader_for(shelf_of(self.target))
        self._numbers = count()
        self.titles: dict[str, ReadTitle] = {}
        self.lengths: dict[int | None, LengthMatch] = {}
        self.judgements: dict[tuple[int, int, LengthMatch], Judgement] = {}

    def read_title(self, stem: str) -> ReadTitle:
        """Read a file's name, given without its extension, and remember what it says."""
        if len(self.titles) >= _MOST_REMEMBERED:
            self.titles.clear()
            self.judgements.clear()
        match = match_title(self.target, parse_name(stem))
        if match is NO_TITLE:
            self.titles[stem] = _WITHOUT_TITLE
            return _WITHOUT_TITLE
        misses = (match.extra != "") + names_other_version(self.target, match)
        title = ReadTitle(match, misses, next(self._numbers), match.depends_on_folder)
        self.titles[stem] = title
        return title

    def title_of(self, path: str) -> ReadTitle:
        """Return what the name of a path's file says."""
        cut = max(path.rfind("\\"), path.rfind("/"))
        stem = path[cut + 1 :].rpartition(".")[0]
        return self.titles.get(stem) or self.read_title(stem)

    def read_length(self, file: RemoteFile, format_name: str) -> LengthMatch:
        """Read what a file's length says; remember it where the size has no say."""
        length = match_length(self.target.seconds, file, format_name)
        if length.level <= LengthLevel.NEAR:
            self.lengths[file.length_s] = length
        return length

    def judge(self, title: ReadTitle, folder: FolderMatch, length: LengthMatch) -> Judgement:
        """Return the judgement; files whose evidence is alike share it."""
        if title.depends_on_folder:
            return judge(self.target, title.match, folder, length)
        key = (title.number, folder.number, length)
        judgement = self.judgements.get(key)
        if judgement is None:
            if len(self.judgements) >= _MOST_REMEMBERED:
                self.judgements.clear()
            judgement = self.judgements[key] = judge(self.target, title.match, folder, length)
        return judgement
