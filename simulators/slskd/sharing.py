"""Spread a catalogue over people: who has what, in which quality, under which name, with which flaw."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
import random

from simulators.audio import AudioContent, Profile
from simulators.catalogue import Catalogue, Expectation, Recording

from .copies import Copy, Flaw, Shares
from .decoys import Decoy, cover, siblings, wrong_version
from .model import Peer, SharedFile
from .naming import ALBUM_STYLES, NamingStyle
from .popularity import Popularity, bare_title
from .population import TEMPTING, Manner, Person, make_people
from .traps import NAMELESS, NAMELESS_PATHS, trap_decoys

_PROFILES = {
    Profile.FLAC_16_44: 34,
    Profile.MP3_320: 30,
    Profile.MP3_V0: 9,
    Profile.MP3_192: 8,
    Profile.MP3_128: 6,
    Profile.MP3_V2: 3,
    Profile.OGG_Q6: 4,
    Profile.M4A_256: 4,
    Profile.FLAC_24_48: 2,
}
_FLAWS = {
    Flaw.NONE: 66,
    Flaw.LENGTH_STRETCHED: 7,
    Flaw.LENGTH_OF_SIZE: 3,
    Flaw.TRUNCATED: 5,
    Flaw.CORRUPT: 5,
    Flaw.MISLABELLED: 5,
    Flaw.RENAMED: 4,
    Flaw.TRANSCODED: 5,
}

_BARE_TITLES = 0.7  # How many name a file without the guests and the year of a remaster.
_FANS_PER_LOOSE_COPY = 10
_SONG_MS = 240_000

# A person can tell from the path alone who plays, so that a trap has one right answer.
_EXPLICIT_STYLES = (NamingStyle.DISC_TRACK, NamingStyle.EVERYTHING, NamingStyle.UNDERSCORES)


@dataclass(frozen=True, slots=True)
class SharingOptions:
    """Choose how plentiful the network is.

    `guaranteed` gives every recording that is to be filed a sound lossless and a sound lossy copy with
    people who deliver. `rips` is the least and the most number of further copies of each album;
    `unavailable` the share of albums nobody has, which only counts without the guarantee; `tempting` the
    share of albums of which the best-looking copy disappoints. With `popularity` people have music by
    artist instead of by `rips`, and loose copies are with the artist's fans only.
    """

    people: int = 40
    seed: int = 1
    guaranteed: bool = True
    rips: tuple[int, int] = (2, 5)
    unavailable: float = 0.0
    tempting: float = 0.5
    popularity: Popularity | None = None


@dataclass(frozen=True, slots=True)
class Population:
    """Hold the peers and the truth about what they share."""

    peers: tuple[Peer, ...]
    copies: tuple[Copy, ...]

    def obtainable(self) -> frozenset[str]:
        """Return the recordings of which somebody delivers a sound copy."""
        return frozenset(
            copy.recording_key
            for copy in self.copies
            if copy.delivers and not copy.flaw.spoils_file
        )


def _as_shared(recording: Recording, length_ms: int) -> Decoy:
    """Return a right copy of a recording, named by its album's artist."""
    return Decoy(
        artist=recording.album_artist,
        title=recording.title,
        album=recording.album,
        year=recording.year,
        track=recording.track_number,
        length_ms=length_ms,
        key=recording.key,
    )


def _albums(recordings: Iterable[Recording]) -> list[tuple[Recording, ...]]:
    """Group recordings by album, in the order of the catalogue."""
    groups: dict[tuple[str, str], list[Recording]] = {}
    for recording in recordings:
        groups.setdefault((recording.album_artist, recording.album), []).append(recording)
    return [tuple(group) for group in groups.values()]


def share_catalogue(catalogue: Catalogue, options: SharingOptions | None = None) -> Population:
    """Return people who share the catalogue, the same for the same options.

    Recordings expected to be left or asked about are shared only in the way of `traps`.
    """
    options = options or SharingOptions()
    people = make_people(options.people, options.seed)
    shares = Shares(people)
    for album in _albums(catalogue.recordings.values()):
        source = random.Random(f"album {options.seed} {album[0].album} {album[0].album_artist}")
        wanted = tuple(one for one in album if catalogue.expectation(one.key) is Expectation.FILED)
        if wanted:
            _share_album(shares, album, wanted, options, source)
        for recording in wanted:
            _share_around(shares, recording, options, source)
        for recording in album:
            if catalogue.expectation(recording.key) is not Expectation.FILED:
                _share_trap(shares, catalogue, recording, source)
    if options.popularity is not None:
        artists = dict.fromkeys(one.album_artist for one in catalogue.recordings.values())
        for artist in artists:
            _share_discography(shares, artist, options.popularity, options.seed)
    _share_noise(shares, options.seed)
    return Population(shares.peers(), tuple(shares.copies))


def _share_album(
    shares: Shares,
    album: tuple[Recording, ...],
    wanted: tuple[Recording, ...],
    options: SharingOptions,
    source: random.Random,
) -> None:
    """Let some people have the album, whole folders at a time."""
    if not options.guaranteed and source.random() < options.unavailable:
        return
    taken = frozenset(recording.track_number for recording in album)
    relevant = [one for one in shares.people if one.manner is not Manner.NOTHING_RELEVANT]
    if options.popularity is None:
        owners = source.sample(relevant, min(len(relevant), source.randint(*options.rips)))
    else:
        artist = album[0].album_artist
        owners = options.popularity.owners(artist, relevant, options.seed, source)
    rips = [
        (
            owner,
            source.choices(list(_PROFILES), weights=list(_PROFILES.values()))[0],
            source.choices(list(_FLAWS), weights=list(_FLAWS.values()))[0],
        )
        for owner in owners
    ]
    if options.guaranteed:
        reliable = [one for one in relevant if one.manner is Manner.RELIABLE]
        first, second = source.sample(reliable, 2)
        rips += [(first, Profile.FLAC_16_44, Flaw.NONE), (second, Profile.MP3_320, Flaw.NONE)]
    rips[:0] = _tempting_rips(relevant, options, source)
    for number, (person, profile, flaw) in enumerate(rips):
        style = source.choice(ALBUM_STYLES)
        others = siblings(album, taken, source)
        for recording in wanted:
            # Different pressings differ by a moment.
            named = _as_shared(recording, recording.length_ms + source.randint(-900, 900))
            if options.popularity is not None and source.random() < _BARE_TITLES:
                named = replace(named, title=bare_title(named.title))
            shares.add_copy(
                person,
                style,
                named,
                profile,
                flaw,
                source,
                recording,
                keeps_accents=options.guaranteed and number >= len(rips) - 2,
            )
        spoilt = Flaw.NONE if flaw.spoils_file else flaw
        for other in others:
            shares.add_copy(person, style, other, profile, spoilt, source)


def _tempting_rips(
    people: list[Person], options: SharingOptions, source: random.Random
) -> list[tuple[Person, Profile, Flaw]]:
    """Return lossless copies that look best and disappoint: at fickle people's, or spoilt ones."""
    if source.random() >= options.tempting:
        return []
    fickle = [one for one in people if one.manner in TEMPTING]
    if fickle and source.random() < 0.7:
        return [(source.choice(fickle), Profile.FLAC_16_44, Flaw.NONE)]
    fastest = max(
        (one for one in people if one.manner is Manner.RELIABLE), key=lambda one: one.peer.speed
    )
    flaw = source.choice((Flaw.TRUNCATED, Flaw.CORRUPT, Flaw.RENAMED))
    return [(fastest, Profile.FLAC_16_44, flaw)]


def _share_around(
    shares: Shares, recording: Recording, options: SharingOptions, source: random.Random
) -> None:
    """Add loose copies, wrong versions and covers of one recording, more of what many people have."""
    people = [one for one in shares.people if one.manner is not Manner.NOTHING_RELEVANT]
    times = 1
    if options.popularity is not None:
        fans = options.popularity.fans(recording.album_artist, people, options.seed)
        if not fans:
            return
        people = [person for person, _ in fans]
        times = 1 + len(fans) // _FANS_PER_LOOSE_COPY
    stretch = 1.0 if options.popularity is None else _SONG_MS / recording.length_ms
    for _ in range(times):
        _share_loosely(shares, recording, people, stretch, source)


def _share_loosely(
    shares: Shares,
    recording: Recording,
    people: list[Person],
    stretch: float,
    source: random.Random,
) -> None:
    """Add a loose copy of each kind, if chance has it.

    Other recordings differ in length by so many times as much: short ones like long ones.
    """
    named = replace(_as_shared(recording, recording.length_ms), artist=recording.artists[0])
    for style in (NamingStyle.FLAT, NamingStyle.COMPILATION):
        if source.random() < 0.4:
            profile = source.choice((Profile.MP3_192, Profile.MP3_320, Profile.MP3_128))
            shares.add_copy(
                source.choice(people), style, named, profile, Flaw.NONE, source, recording
            )
    for decoy in (wrong_version(recording, source), cover(recording, source)):
        if source.random() < 0.6:
            profile = source.choice((Profile.FLAC_16_44, Profile.MP3_320))
            difference = decoy.length_ms - recording.length_ms
            if stretch > 1:
                difference = round(abs(difference) * stretch)
            shares.add_copy(
                source.choice(people),
                source.choice(ALBUM_STYLES),
                replace(decoy, length_ms=recording.length_ms + difference),
                profile,
                Flaw.NONE,
                source,
            )


def _share_discography(shares: Shares, artist: str, popularity: Popularity, seed: int) -> None:
    """Let an artist's fans have albums that nobody asked for, as filler without sound."""
    source = random.Random(f"discography {seed} {artist}")
    people = [one for one in shares.people if one.manner is not Manner.NOTHING_RELEVANT]
    fans = popularity.fans(artist, people, seed)
    for number in range(int(source.expovariate(1) * popularity.other_albums)):
        for person, part in fans:
            if source.random() >= part:
                continue
            extension, size = source.choice((("mp3", 9_000_000), ("flac", 28_000_000)))
            for track in range(1, popularity.other_tracks + 1):
                name = f"{track:02d} - Piece {number * 20 + track}.{extension}"
                path = f"{person.root}\\{artist}\\Other Works {number + 1}\\{name}"
                shares.add(person, SharedFile(path, size=size + track))


def _share_trap(
    shares: Shares, catalogue: Catalogue, recording: Recording, source: random.Random
) -> None:
    """Share a recording in the misleading way that makes it a trap."""
    reliable = [one for one in shares.people if one.manner is Manner.RELIABLE]
    if recording.key in NAMELESS:
        for pattern, person in zip(NAMELESS_PATHS, source.sample(reliable, 3), strict=True):
            path = pattern.format(
                title=recording.title, track=recording.track_number, extension="mp3"
            )
            content = AudioContent(recording.key, recording.length_ms, Profile.MP3_192)
            shares.add(person, SharedFile(f"{person.root}\\{path}", content))
        return
    for number, decoy in enumerate(trap_decoys(catalogue, recording)):
        profile = (Profile.MP3_320, Profile.FLAC_16_44)[number % 2]
        person = reliable[(number + source.randrange(len(reliable))) % len(reliable)]
        style = _EXPLICIT_STYLES[number % len(_EXPLICIT_STYLES)]
        shares.add_copy(person, style, decoy, profile, Flaw.NONE, source)


def _share_noise(shares: Shares, seed: int) -> None:
    """Add what lies around in every share: covers, logs, and music nobody asked for."""
    source = random.Random(f"noise {seed}")
    for person in shares.people:
        for number in range(source.randint(3, 12)):
            folder = f"{person.root}\\Unsorted {number % 3 + 1}"
            shares.add(
                person,
                SharedFile(
                    f"{folder}\\recording {source.randint(1, 9999):04d}.mp3", size=4_200_000
                ),
            )
        for path in [path for path in shares.paths(person) if source.random() < 0.1]:
            folder = path.rpartition("\\")[0] or path.rpartition("/")[0]
            shares.add(
                person, SharedFile(f"{folder}\\cover.jpg", size=source.randint(20_000, 900_000))
            )
            shares.add(person, SharedFile(f"{folder}\\rip.log", size=source.randint(2_000, 9_000)))
