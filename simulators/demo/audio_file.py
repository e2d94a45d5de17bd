"""Read a music file without the integration's help: tags, length, and whether it decodes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutagen import File as open_tags, MutagenError
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags
import soundfile

_BLOCK = 1 << 16  # samples
_ID3 = {
    "title": "TIT2",
    "artist": "TPE1",
    "album": "TALB",
    "albumartist": "TPE2",
    "tracknumber": "TRCK",
    "discnumber": "TPOS",
    "date": "TDRC",
    "genre": "TCON",
    "isrc": "TSRC",
    "musicbrainz_albumid": "TXXX:MusicBrainz Album Id",
}
_ID3_RECORDING = "UFID:http://musicbrainz.org"
_MP4 = {
    "title": "\xa9nam",
    "artist": "\xa9ART",
    "album": "\xa9alb",
    "albumartist": "aART",
    "tracknumber": "trkn",
    "discnumber": "disk",
    "date": "\xa9day",
    "genre": "\xa9gen",
    "isrc": "----:com.apple.iTunes:ISRC",
    "musicbrainz_recordingid": "----:com.apple.iTunes:MusicBrainz Track Id",
    "musicbrainz_albumid": "----:com.apple.iTunes:MusicBrainz Album Id",
}
# In Vorbis comments the recording's id has the name that the track's id has elsewhere.
_VORBIS = {
    name: "musicbrainz_trackid" if name == "musicbrainz_recordingid" else name for name in _MP4
}

type Tags = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class AudioFile:
    """Hold what a file really is; length in seconds, bit rate in kbit/s.

    `is_decoded` tells that every sample was decoded and counted; formats that cannot be decoded here
    are believed. `problem` is None for a sound file.
    """

    format: str
    length_s: float | None = None
    bitrate_kbps: int | None = None
    is_decoded: bool = False
    tags: Tags | None = None
    problem: str | None = None


def read_audio_file(path: Path) -> AudioFile:
    """Return what the file is; blocks for some hundred milliseconds."""
    extension = path.suffix.lower().removeprefix(".")
    try:
        parsed = open_tags(path)
    except (MutagenError, OSError) as error:
        return AudioFile(extension, problem=f"not readable: {error}")
    if parsed is None:
        return AudioFile(extension, problem="no known audio format")
    length_s, problem, is_decoded = float(parsed.info.length), None, False
    if extension != "m4a":
        try:
            length_s, is_decoded = _decoded_length(path), True
        except (soundfile.SoundFileError, OSError) as error:
            problem = f"does not decode: {error}"
    bit_rate = round(path.stat().st_size * 8 / 1000 / length_s) if length_s else None
    return AudioFile(
        extension, round(length_s, 3), bit_rate, is_decoded, _tags(parsed.tags), problem
    )


def _decoded_length(path: Path) -> float:
    """Decode everything and return the length in seconds; raises as soundfile."""
    with soundfile.SoundFile(path) as sound:
        samples = sum(len(block) for block in sound.blocks(_BLOCK, dtype="float32"))
        return samples / float(sound.samplerate)


def _tags(tags: Any) -> Tags:
    """Return the tags that matter under one set of names; what is not set is left out."""
    if tags is None:
        return {}
    found: Tags = {}
    if isinstance(tags, ID3):
        for name, frame in _ID3.items():
            if frame in tags:
                found[name] = [str(text) for text in tags[frame].text]
        if _ID3_RECORDING in tags:
            found["musicbrainz_recordingid"] = [tags[_ID3_RECORDING].data.decode("ascii")]
        return found
    names = _MP4 if isinstance(tags, MP4Tags) else _VORBIS
    for name, key in names.items():
        if tags.get(key):
            found[name] = [_text(value) for value in tags[key]]
    return found


def _text(value: object) -> str:
    """Return one tag value as text; MP4 numbers its tracks in pairs and keeps free texts as bytes."""
    if isinstance(value, tuple):
        number, total = value
        return f"{number}/{total}" if total else str(number)
    return value.decode() if isinstance(value, bytes) else str(value)
