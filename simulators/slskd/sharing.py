"""Spread a catalogue over people: who has what, in which quality, under which name, with which flaw."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
import random

from simulators.audio import AudioContent, AudioTags, Damage, Profile
from simulators.catalogue import Catalogue, Expectation, Recording

from .decoys import Decoy, cover, siblings, wrong_version
from .model import Attributes, Dialect, Peer, SharedFile
from .naming import ALBUM_STYLES, Naming, NamingStyle, plain_letters, remote_path
from .population import Manner, Person, make_people
from .traps import NAMELESS, NAMELESS_PATHS, trap_decoys


class Flaw(StrEnum):
    """Name what is wrong with a copy although its name is right."""

    NONE = "none"
    LENGTH_STRETCHED = "length stretched"
    LENGTH_OF_SIZE = "length of size"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    MISLABELLED = "mislabelled"
    RENAMED = "renamed"
    TRANSCODED = "transcoded"

    @property
    def spoils_file(self) -> bool:
        """Tell whether the delivered file is not what it should be; a lie about the length is harmless."""
        return self not in (Flaw.NONE, Flaw.LENGTH_STRETCHED, Flaw.LENGTH_OF_SIZE)


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
_STRETCH = 1.33
_BLANK_EXTENSION = 0.82


@dataclass(frozen=True, slots=True)
class SharingOptions:
    """Choose how plentiful the network is.

    `guaranteed` gives every recording that is to be filed a sound lossless and a sound lossy copy with
    people who deliver. `rips` is the least and the most number of further copies of each album;
    `unavailable` the share of albums nobody has, which only counts without the guarantee.
    """

    people: int = 40
    seed: int = 1
    guaranteed: bool = True
    rips: tuple[int, int] = (2, 5)
    unavailable: float = 0.0


@dataclass(frozen=True, slots=True)
class Copy:
    """Tell the truth about one shared file that claims to be a catalogue recording."""

    username: str
    path: str
    recording_key: str
    is_right: bool
    flaw: Flaw
    delivers: bool


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
            if copy.is_right and copy.delivers and not copy.flaw.spoils_file
        )


class _Shares:
    """Collect files by person."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        """Begin with empty shares."""
        self.people = people
        self.copies: list[Copy] = []
        self._files: dict[str, dict[str, SharedFile]] = {
            person.peer.username: {} for person in people
        }

    def add(self, person: Person, file: SharedFile) -> bool:
        """Share a file, unless that path is taken."""
        files = self._files[person.peer.username]
        if file.path in files:
            return False
        files[file.path] = replace(file, is_locked=person.manner is Manner.LOCKED)
        return True

    def add_copy(
        self,
        person: Person,
        style: NamingStyle,
        what: Decoy,
        profile: Profile,
        flaw: Flaw,
        source: random.Random,
        recording: Recording | None = None,
        keeps_accents: bool = False,
    ) -> None:
        """Share something; with a recording it is a right copy of that."""
        extension = "flac" if flaw is Flaw.RENAMED else profile.extension
        if flaw is Flaw.RENAMED:
            profile = Profile.MP3_192
        elif flaw is Flaw.TRANSCODED:
            profile, extension = Profile.FLAC_FROM_MP3, "flac"
        naming = Naming(
            what.artist, what.title, what.album, what.year, 1, what.track, profile, extension
        )
        path = remote_path(style, person.root, naming)
        if source.random() < 0.3 and not keeps_accents:
            path = plain_letters(path)
        content = _content(what, profile, flaw, source)
        attributes = _attributes(person.peer.dialect, content, flaw, source)
        file = SharedFile(
            path=path,
            content=content,
            attributes=attributes,
            extension="" if source.random() < _BLANK_EXTENSION else extension,
            recording_key=recording.key if recording else None,
        )
        if self.add(person, file) and recording is not None:
            self.copies.append(
                Copy(
                    person.peer.username,
                    path,
                    recording.key,
                    is_right=True,
                    flaw=flaw,
                    delivers=person.delivers,
                )
            )

    def paths(self, person: Person) -> list[str]:
        """Return what somebody shares so far."""
        return list(self._files[person.peer.username])

    def peers(self) -> tuple[Peer, ...]:
        """Return everybody with their share."""
        return tuple(
            replace(person.peer, files=tuple(self._files[person.peer.username].values()))
            for person in self.people
        )


def _content(what: Decoy, profile: Profile, flaw: Flaw, source: random.Random) -> AudioContent:
    """Return what is really delivered."""
    key, length_ms = what.key, what.length_ms
    if flaw is Flaw.MISLABELLED:
        key, length_ms = f"not {what.key}", int(length_ms * source.choice((0.7, 1.4)))
    damage = {Flaw.TRUNCATED: Damage.TRUNCATED, Flaw.CORRUPT: Damage.CORRUPT}.get(flaw, Damage.NONE)
    luck = source.random()
    tags: AudioTags | None = AudioTags(
        what.title, what.artist, what.album, what.artist, what.track, what.year
    )
    if luck < 0.15:
        tags = None
    elif luck < 0.25:
        tags = AudioTags(f"Track {what.track:02d}", "Unknown Artist", "Unknown Album")
    return AudioContent(key, length_ms, profile, tags, damage)


def _attributes(
    dialect: Dialect,
    content: AudioContent,
    flaw: Flaw,
    source: random.Random,
) -> Attributes:
    """Return what the person's client tells about a file."""
    profile = content.profile
    if dialect is Dialect.OLD or source.random() < 0.05:
        return Attributes()
    # A mislabelled file tells its own length; its name is the lie.
    length = content.length_ms // 1000
    if flaw is Flaw.LENGTH_STRETCHED:
        length = int(length * _STRETCH)
    elif flaw is Flaw.LENGTH_OF_SIZE:
        length = content.length_ms * profile.bit_rate // 8000
    if profile.is_lossless and not (dialect is Dialect.NICOTINE and source.random() < 0.4):
        depth = profile.bit_depth if source.random() < 0.75 else None
        return Attributes(length=length, bit_depth=depth, sample_rate=profile.sample_rate)
    bit_rate = profile.bit_rate
    if dialect is Dialect.SOULSEEK_QT:
        return Attributes(bit_rate=bit_rate, length=length)
    return Attributes(
        bit_rate=bit_rate, length=length, is_variable_bit_rate=profile.is_variable_bit_rate
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
    shares = _Shares(people)
    for album in _albums(catalogue.recordings.values()):
        source = random.Random(f"album {options.seed} {album[0].album} {album[0].album_artist}")
        wanted = tuple(one for one in album if catalogue.expectation(one.key) is Expectation.FILED)
        if wanted:
            _share_album(shares, album, wanted, options, source)
        for recording in wanted:
            _share_around(shares, recording, source)
        for recording in album:
            if catalogue.expectation(recording.key) is not Expectation.FILED:
                _share_trap(shares, catalogue, recording, source)
    _share_noise(shares, options.seed)
    return Population(shares.peers(), tuple(shares.copies))


def _share_album(
    shares: _Shares,
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
    owners = source.sample(relevant, min(len(relevant), source.randint(*options.rips)))
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
    for number, (person, profile, flaw) in enumerate(rips):
        style = source.choice(ALBUM_STYLES)
        others = siblings(album, taken, source)
        for recording in wanted:
            # Different pressings differ by a moment.
            length_ms = recording.length_ms + source.randint(-900, 900)
            shares.add_copy(
                person,
                style,
                _as_shared(recording, length_ms),
                profile,
                flaw,
                source,
                recording,
                keeps_accents=options.guaranteed and number >= len(rips) - 2,
            )
        spoilt = Flaw.NONE if flaw.spoils_file else flaw
        for other in others:
            shares.add_copy(person, style, other, profile, spoilt, source)


def _share_around(shares: _Shares, recording: Recording, source: random.Random) -> None:
    """Add loose copies, wrong versions and covers of one recording."""
    people = [one for one in shares.people if one.manner is not Manner.NOTHING_RELEVANT]
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
            shares.add_copy(
                source.choice(people),
                source.choice(ALBUM_STYLES),
                decoy,
                profile,
                Flaw.NONE,
                source,
            )


def _share_trap(
    shares: _Shares, catalogue: Catalogue, recording: Recording, source: random.Random
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
        style = ALBUM_STYLES[(number * 3 + len(recording.key)) % len(ALBUM_STYLES)]
        shares.add_copy(person, style, decoy, profile, Flaw.NONE, source)


def _share_noise(shares: _Shares, seed: int) -> None:
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
