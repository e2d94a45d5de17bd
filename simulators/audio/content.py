"""Describe what an audio file holds, before any byte of it exists."""

from dataclasses import dataclass
from enum import StrEnum


class Profile(StrEnum):
    """Name a codec with its settings."""

    FLAC_16_44 = "flac-16-44"
    FLAC_24_48 = "flac-24-48"
    FLAC_FROM_MP3 = "flac-from-mp3"
    MP3_320 = "mp3-320"
    MP3_192 = "mp3-192"
    MP3_128 = "mp3-128"
    MP3_V0 = "mp3-v0"
    MP3_V2 = "mp3-v2"
    OGG_Q6 = "ogg-q6"
    M4A_256 = "m4a-256"

    @property
    def extension(self) -> str:
        """Return the usual file extension, without the dot."""
        return self.value.partition("-")[0]

    @property
    def sample_rate(self) -> int:
        """Return the sample rate in Hz."""
        return 48_000 if self is Profile.FLAC_24_48 else 44_100

    @property
    def bit_depth(self) -> int | None:
        """Return the bits per sample of a lossless profile, None for a lossy one."""
        if self.extension != "flac":
            return None
        return 24 if self is Profile.FLAC_24_48 else 16

    @property
    def bit_rate(self) -> int:
        """Return the constant or average bit rate in kbit/s, known without encoding anything."""
        return _BIT_RATES[self]

    @property
    def is_lossless(self) -> bool:
        """Tell whether the container is lossless, whatever the sound went through before."""
        return self.extension == "flac"

    @property
    def is_variable_bit_rate(self) -> bool:
        """Tell whether clients would flag the file as having a variable bit rate."""
        return self in (Profile.MP3_V0, Profile.MP3_V2, Profile.OGG_Q6)


_BIT_RATES = {
    Profile.FLAC_16_44: 544,
    Profile.FLAC_24_48: 976,
    Profile.FLAC_FROM_MP3: 498,
    Profile.MP3_320: 320,
    Profile.MP3_192: 192,
    Profile.MP3_128: 128,
    Profile.MP3_V0: 157,
    Profile.MP3_V2: 108,
    Profile.OGG_Q6: 146,
    Profile.M4A_256: 256,
}


class Damage(StrEnum):
    """Name how a delivered file is broken."""

    NONE = "none"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class AudioTags:
    """Hold the tags somebody wrote into a file; empty strings and zeros are left out."""

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    track_number: int = 0
    year: int = 0
    genre: str = ""


@dataclass(frozen=True, slots=True)
class AudioContent:
    """Describe one file: the same key sounds the same in every profile; length in milliseconds."""

    key: str
    length_ms: int
    profile: Profile
    tags: AudioTags | None = None
    damage: Damage = Damage.NONE
