"""Make shared files out of recordings, in one quality, under one name, with one flaw."""

from dataclasses import dataclass, replace
from enum import StrEnum
import random

from simulators.audio import AudioContent, AudioTags, Damage, Profile
from simulators.catalogue import Recording

from .decoys import Decoy
from .model import Attributes, Dialect, Peer, SharedFile
from .naming import Naming, NamingStyle, plain_letters, remote_path
from .population import Manner, Person

_STRETCH = 1.33
_BLANK_EXTENSION = 0.82


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


@dataclass(frozen=True, slots=True)
class Copy:
    """Tell the truth about one shared file that claims to be a catalogue recording."""

    username: str
    path: str
    recording_key: str
    flaw: Flaw
    delivers: bool


class Shares:
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
