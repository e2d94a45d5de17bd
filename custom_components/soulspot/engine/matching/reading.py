"""Read files for one wanted recording, and remember what was read.

The same names, folders and lengths come again within an answer, and with every further query for
the same recording.
"""

from functools import lru_cache
from itertools import count
from typing import NamedTuple

from ..model import RemoteFile
from .comparing import SAME_TAKE_SECONDS, names_other_version
from .folders import reader_for, shelf_of
from .judging import Judgement, judge
from .lengths import LengthLevel, LengthMatch, is_plausible, match_length
from .names import parse_name
from .paths import split_path
from .surroundings import NO_TITLE, TitleLevel, TitleMatch
from .target import prepare
from .titles import match_title
from .wanted import WantedRecording

_READERS = 4
_MOST_REMEMBERED = 8_192


class ReadTitle(NamedTuple):
    """Hold a file name's match, and how many contradictions stand in the name alone."""

    match: TitleMatch
    misses: int
    is_full: bool
    number: int  # Equal for names that say the same.
    depends_on_folder: bool


# One for all: nobody asks what else they say.
WITHOUT_TITLE = ReadTitle(NO_TITLE, 0, False, -1, False)


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
        self.titles: dict[str, ReadTitle] = {}
        self.lengths: dict[int | None, LengthMatch] = {}  # Those for which the size has no say.
        self._contradicting: dict[
            int | None, LengthMatch
        ] = {}  # Unless the size speaks against it.
        self._matches: dict[TitleMatch, ReadTitle] = {}
        self._numbers = count()
        self._judgements: dict[tuple[int, int, LengthLevel, bool], Judgement] = {}

    def read_title(self, stem: str) -> ReadTitle:
        """Read a file's name, given without its extension, and remember what it says."""
        if len(self.titles) >= _MOST_REMEMBERED:
            self.titles.clear()
        match = match_title(self.target, parse_name(stem))
        title = WITHOUT_TITLE if match is NO_TITLE else self._matches.get(match)
        if title is None:
            title = self._note(match)
        self.titles[stem] = title
        return title

    def _note(self, match: TitleMatch) -> ReadTitle:
        """Remember what a name says that no other said before."""
        if len(self._matches) >= _MOST_REMEMBERED:
            self._matches.clear()
            self._judgements.clear()
        title = self._matches[match] = ReadTitle(
            match,
            (match.extra != "") + names_other_version(self.target, match),
            match.level is TitleLevel.FULL,
            next(self._numbers),
            match.depends_on_folder,
        )
        return title

    def title_of(self, path: str) -> ReadTitle:
        """Return what the name of a path's file says."""
        stem = split_path(path)[1]
        return self.titles.get(stem) or self.read_title(stem)

    def read_length(self, file: RemoteFile, format_name: str) -> LengthMatch:
        """Read what a file's length says, and remember what is worth it."""
        seconds = file.length_s
        length = self._contradicting.get(seconds)
        if length is not None and seconds and is_plausible(seconds, file, format_name):
            return length
        length = match_length(self.target.seconds, file, format_name)
        if length.level <= LengthLevel.NEAR:
            self.lengths[seconds] = length
        elif length.level is LengthLevel.CONTRADICTS:
            if len(self._contradicting) >= _MOST_REMEMBERED:
                self._contradicting.clear()
            self._contradicting[seconds] = length
        return length

    def judge(self, title: ReadTitle, parent: str, length: LengthMatch) -> Judgement:
        """Return the judgement; files whose evidence is alike share it, with the length of one of them."""
        folders = self.folders
        folder = folders.known.get(parent) or folders.read(parent)
        if title.depends_on_folder:
            return judge(self.target, title.match, folder._replace(parent=parent), length)
        is_same_take = -SAME_TAKE_SECONDS <= length.seconds <= SAME_TAKE_SECONDS
        key = (title.number, folder.number, length.level, is_same_take)
        judgement = self._judgements.get(key)
        if judgement is None:
            if len(self._judgements) >= _MOST_REMEMBERED:
                self._judgements.clear()
            judgement = self._judgements[key] = judge(self.target, title.match, folder, length)
        return judgement
