"""Make up what somebody has on playlists: as many artists, albums and words as recorded lists have.

What the proportions stand on: the mean of 100,000 public playlists is 66 tracks by 38 artists from 50
albums; 250 tracks that somebody had saved had 49 in 100 on a single of the same name, names of artists
of one word in 33, of two in 49, of three in 14 of 100, titles of one word in 30, of two in 31, of three
in 18, of four in 13, an apostrophe in 7, an accent in 4, guests in the title in 3. How many artists
thousands of tracks are by is an assumption, a law of growth through the first proportion; nothing
recorded is that long.
"""

from dataclasses import dataclass, field
import random
from types import MappingProxyType

from simulators.catalogue import Catalogue, CataloguePlaylist, Recording
from simulators.catalogue.model import LISTENER, EntryKind, PlaylistEntry

PLAYLISTS = {"long": 0.6, "middle": 0.25, "short": 0.12, "tiny": 0.03}
# n tracks are by 1.33 n^0.8 artists: 38 of 66, 110 of 250, 580 of 2,000.
_ARTISTS, _GROWTH = 1.33, 0.8
_LIKING = 1.0  # How unequally artists are liked: the width of a lognormal law.
_NEW_ALBUM = 12 / 28  # Of 66 - 38 tracks by known artists 50 - 38 were from another album.
_SINGLE = 0.49
_ALBUM_TRACKS = 12
_ARTIST_WORDS = {1: 33, 2: 49, 3: 14, 4: 4}
_TITLE_WORDS = {1: 30, 2: 31, 3: 18, 4: 13, 5: 8}
_APOSTROPHE, _ACCENT, _GUEST, _REMASTER = 0.07, 0.04, 0.03, 0.02
_VOCABULARY = 6000
_ONSETS = (
    "b",
    "br",
    "c",
    "d",
    "dr",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "w",
)
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "oo")
_CODAS = ("", "l", "n", "r", "s", "t", "nd", "rk", "st", "m")
_ACCENTS = str.maketrans("aeou", "áéöü")


class _Words:
    """Draw words, some often and most seldom, as in any language."""

    def __init__(self, source: random.Random) -> None:
        """Make the vocabulary; the words used most are short."""
        made: dict[str, None] = {}
        while len(made) < _VOCABULARY:
            syllables = source.choices((1, 2, 3), weights=(1, 5, 3))[0]
            word = "".join(_syllable(source) for _ in range(syllables))
            if len(word) > 2:
                made[word] = None
        words = sorted(made, key=lambda word: len(word) + source.random() * 4)
        self._words = words
        self._weights = [1 / (rank + 20) for rank in range(len(words))]
        self._source = source

    def draw(self, number: int) -> list[str]:
        """Return so many distinct words, with a capital each."""
        drawn: dict[str, None] = {}
        while len(drawn) < number:
            drawn[self._source.choices(self._words, weights=self._weights)[0].title()] = None
        return list(drawn)


def _syllable(source: random.Random) -> str:
    """Make one syllable."""
    return source.choice(_ONSETS) + source.choice(_VOWELS) + source.choice(_CODAS)


@dataclass(slots=True)
class _Album:
    """Hold an album with the numbers that are not wanted yet."""

    name: str
    total: int
    year: int
    free: list[int]


@dataclass(slots=True)
class _Artist:
    """Hold an artist with the albums so far."""

    name: str
    albums: list[_Album] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)


class _Listener:
    """Choose one track after the other."""

    def __init__(self, source: random.Random) -> None:
        """Know no artist yet."""
        self._source = source
        self._words = _Words(source)
        self._artists: list[_Artist] = []
        self._liking: list[float] = []
        self._names: set[str] = set()
        self._number = 0

    def next(self) -> Recording:
        """Choose a track by a new artist, or by a known one that is liked."""
        source = self._source
        self._number += 1
        if len(self._artists) < _ARTISTS * self._number**_GROWTH:
            artist = _Artist(self._new_name())
            self._artists.append(artist)
            self._liking.append(source.lognormvariate(0, _LIKING))
        else:
            artist = source.choices(self._artists, weights=self._liking)[0]
        title = self._new_title(artist)
        album = self._album(artist, title)
        return _recording(self._number, artist, album, title, source)

    def _new_name(self) -> str:
        """Make up an artist."""
        while True:
            name = " ".join(self._words.draw(_one_of(_ARTIST_WORDS, self._source)))
            if name not in self._names:
                self._names.add(name)
                return name

    def _new_title(self, artist: _Artist) -> str:
        """Make up a title that the artist has not used; others may have."""
        while True:
            words = self._words.draw(_one_of(_TITLE_WORDS, self._source))
            if self._source.random() < _APOSTROPHE:
                words[0] += "'s"
            title = " ".join(words)
            if self._source.random() < _ACCENT:
                title = title.translate(_ACCENTS)
            if title not in artist.titles:
                artist.titles.add(title)
                return title

    def _album(self, artist: _Artist, title: str) -> _Album:
        """Return a known album of the artist or a new one."""
        open_albums = [album for album in artist.albums if album.free]
        if open_albums and self._source.random() >= _NEW_ALBUM:
            weights = [1 + album.total - len(album.free) for album in open_albums]
            return self._source.choices(open_albums, weights=weights)[0]
        is_single = self._source.random() < _SINGLE
        name = title if is_single else " ".join(self._words.draw(self._source.randint(1, 3)))
        total = 1 if is_single else _ALBUM_TRACKS
        album = _Album(name, total, 1970 + self._source.randrange(55), list(range(1, total + 1)))
        artist.albums.append(album)
        return album


def _one_of(weights: dict[int, int], source: random.Random) -> int:
    """Draw a number."""
    return source.choices(list(weights), weights=list(weights.values()))[0]


def _recording(
    number: int, artist: _Artist, album: _Album, title: str, source: random.Random
) -> Recording:
    """Make a recording; short, since each one that is found is really read, tagged and filed."""
    position = source.choice(album.free)
    album.free.remove(position)
    addition = ""
    if source.random() < _GUEST:
        addition = " (feat. The Visitors)"
    elif source.random() < _REMASTER:
        addition = f" - {album.year + 20} Remaster"
    return Recording(
        key=f"week-{number:05d}",
        artists=(artist.name,),
        title=title + addition,
        album=album.name,
        album_artist=artist.name,
        track_number=position,
        disc_number=1,
        total_tracks=album.total,
        year=album.year,
        length_ms=12_000 + number * 7_919 % 8_000,
        isrc=f"ZZWEK{20 + number // 100_000:02d}{number % 100_000:05d}",
        genres=("test",),
    )


def wanted_catalogue(count: int, seed: int) -> Catalogue:
    """Return so many recordings on playlists of very different length, the same for the same seed."""
    source = random.Random(f"wanted {seed}")
    listener = _Listener(source)
    made = [listener.next() for _ in range(count)]
    recordings = {recording.key: recording for recording in made}
    keys = list(recordings)
    source.shuffle(keys)
    playlists: dict[str, CataloguePlaylist] = {}
    for name, share in PLAYLISTS.items():
        number = round(count * share)
        taken, keys = keys[:number], keys[number:]
        entries = tuple(PlaylistEntry(EntryKind.RECORDING, key) for key in taken)
        playlists[name] = CataloguePlaylist(name, name.title(), LISTENER, "", entries)
    return Catalogue(recordings=MappingProxyType(recordings), playlists=MappingProxyType(playlists))
