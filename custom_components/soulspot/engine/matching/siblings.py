"""Let the other files of a folder speak: swapped names, and lengths wrong by one factor.

What a song's length should be is what other peers say about files of the same name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache
from statistics import median

from ..model import PeerResponse, RemoteFile
from .names import parse_name
from .paths import AUDIO_FORMATS, split_name, split_path
from .versions import is_number

_SONG_CACHE = 4_096
ENOUGH_SIBLINGS = 3
_ENOUGH_PEERS = 2
_SAME_FACTOR = 0.04  # Spread of one factor over a folder.
_OFF = 0.06  # From here on a length is another song's.
_SAME_RATE = 0.06  # Spread of a constant bit rate, estimated from sizes.
_OTHER_RATE = 0.20
_UNRELIABLE_SHARE = 0.3  # Of a folder's songs, with lengths of others.
_UNRELIABLE_COUNT = 2


class SiblingLevel(IntEnum):
    """Say what the other files of a folder tell."""

    SILENT = 0
    SCALED = 1  # All lengths are wrong by the same factor, the file's included.
    SIZE_UNLIKE = 2  # The file's size is that of a shorter or longer song.
    SHIFTED = 3  # Several names of the folder do not belong to their files.


class Siblings:
    """Hold the answers of a search by folder and by song; read only when somebody asks."""

    def __init__(self, responses: Iterable[PeerResponse]) -> None:
        """Read nothing yet."""
        self._responses = responses
        self._peers: dict[str, list[PeerResponse]] | None = None
        self._lengths: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._counts: dict[int, Counter[str]] = {}

    def crowded(self) -> frozenset[int]:
        """Return the identities of the answers with a folder that holds enough files to compare."""
        return frozenset(
            id(response)
            for response in self._responses
            if len(response.files) > ENOUGH_SIBLINGS
            and max(self._count(response).values()) > ENOUGH_SIBLINGS
        )

    def has_enough(self, response: PeerResponse, file: RemoteFile) -> bool:
        """Tell whether a file's folder holds enough others to compare it with."""
        if len(response.files) <= ENOUGH_SIBLINGS:
            return False
        return self._count(response)[split_name(file.path)[0]] > ENOUGH_SIBLINGS

    def _count(self, response: PeerResponse) -> Counter[str]:
        """Return how many files each folder of an answer holds."""
        counts = self._counts.get(id(response))
        if counts is None:
            paths = [file.path for file in response.files]
            counts = self._counts[id(response)] = Counter(
                [split_name(path)[0] if "/" in path else path.rpartition("\\")[0] for path in paths]
            )
        return counts

    def _read(self) -> dict[str, list[PeerResponse]]:
        """Read the names of all audio files with a length, each once; return the answers by peer."""
        peers: dict[str, list[PeerResponse]] = defaultdict(list)
        by_name: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for response in self._responses:
            peers[response.username].append(response)
            for file in response.files:
                length = file.length_s
                if length and length > 0:
                    by_name[split_name(file.path)[1]].append((response.username, length))
        for name, lengths in by_name.items():
            key = _key_of(name)
            if key is not None:
                self._lengths[key] += lengths
        return peers

    def judge(self, username: str, file: RemoteFile, wanted: float) -> SiblingLevel:
        """Return what a file's folder says about it; `wanted` is the wanted length in seconds."""
        if self._peers is None:
            self._peers = self._read()
        parent = split_name(file.path)[0]
        folder = [
            (sibling, key)
            for response in self._peers.get(username, ())
            for sibling in response.files
            if sibling.path.startswith(parent)
            and sibling.path != file.path
            and split_name(sibling.path)[0] == parent
            and (key := _key_of(sibling.path)) is not None
        ]
        known = [
            (sibling, expected)
            for sibling, key in folder
            if (expected := self._expected(key, username))
        ]
        if len(known) < ENOUGH_SIBLINGS:
            return SiblingLevel.SILENT
        factors = [
            sibling.length_s / expected
            for sibling, expected in known
            if sibling.length_s and sibling.length_s > 0
        ]
        factor = _common(factors, _SAME_FACTOR)
        if factor is not None and abs(factor - 1) > _OFF:
            if file.length_s and abs(file.length_s / wanted / factor - 1) <= _SAME_FACTOR:
                return SiblingLevel.SCALED
            return SiblingLevel.SILENT if not file.length_s else SiblingLevel.SIZE_UNLIKE
        rates = [sibling.size / expected for sibling, expected in known if sibling.size > 0]
        rate = _typical(rates, _SAME_RATE)
        if rate is not None and file.size > 0 and abs(file.size / wanted / rate - 1) > _OTHER_RATE:
            return SiblingLevel.SIZE_UNLIKE
        off = sum(abs(factor - 1) > _OFF for factor in factors)
        if off >= max(_UNRELIABLE_COUNT, _UNRELIABLE_SHARE * len(factors)):
            return SiblingLevel.SHIFTED
        return SiblingLevel.SILENT

    def _expected(self, key: str, username: str) -> float | None:
        """Return the length in seconds that other peers give a song, None when too few do."""
        lengths = [length for other, length in self._lengths.get(key, ()) if other != username]
        return median(lengths) if len(lengths) >= _ENOUGH_PEERS else None


@lru_cache(maxsize=_SONG_CACHE)
def song_key(stem: str) -> str:
    """Return the words of a file name's last plain part, without position: what the song is called."""
    name = parse_name(stem)
    plain = [part for part in name.parts if not part.bracketed]
    if not plain:
        return name.text
    words = list(name.words[plain[-1].start : plain[-1].stop])
    while len(words) > 1 and is_number(words[0]):
        del words[0]
    brackets = [name.words[part.start : part.stop] for part in name.parts if part.bracketed]
    return " ".join([*words, *(f"({' '.join(bracket)})" for bracket in brackets)])


def _key_of(path: str) -> str | None:
    """Return what a path's song is called, None when the file is not audio."""
    _, stem, extension = split_path(path)
    if extension not in AUDIO_FORMATS and extension.lower() not in AUDIO_FORMATS:
        return None
    return song_key(stem)


def _common(values: Sequence[float], spread: float) -> float | None:
    """Return the value all values are, None when they differ or are too few."""
    if len(values) < ENOUGH_SIBLINGS:
        return None
    middle = median(values)
    return middle if all(abs(value / middle - 1) <= spread for value in values) else None


def _typical(values: Sequence[float], spread: float) -> float | None:
    """Return the value most values are, None when fewer than three in four agree."""
    if len(values) < ENOUGH_SIBLINGS:
        return None
    middle = median(values)
    near = sum(abs(value / middle - 1) <= spread for value in values)
    return middle if near >= ENOUGH_SIBLINGS and near * 4 >= len(values) * 3 else None
