"""Answer how large a described file is, and make it."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
import hashlib
import os
from pathlib import Path
import random
import tempfile
from threading import Lock

from . import aac, flac, m4a, mp3, ogg
from .content import AudioContent, Damage, Profile
from .encoders import decode_exactly, encode_segment
from .sound import SEGMENT_SAMPLES, SEGMENTS, segment_order

# Raise it when sound, encoder settings or segment length change: older cached segments are then left alone.
_CACHE_GENERATION = 1
_TRUNCATED_TO = 0.6
_BURSTS = 6
_BURST_SIZE = 4096


def default_cache_folder() -> Path:
    """Return the folder that keeps encoded segments between runs (a few megabytes)."""
    return Path(tempfile.gettempdir()) / "soulspot-simulated-audio"


class AudioLibrary:
    """Make audio files out of a few encoded segments; safe to use from several threads.

    Encoding happens once per profile (well below a second each) and is cached on disk; after that a file
    of any length is put together at memory speed and its size is known without making it.
    """

    def __init__(self, cache_folder: Path | None = None) -> None:
        """Keep encoded segments in the given folder."""
        self._cache_folder = cache_folder or default_cache_folder()
        self._locks = {profile: Lock() for profile in Profile}
        self._flac: dict[Profile, list[flac.FlacSegment]] = {}
        self._mp3: dict[Profile, list[tuple[bytes, ...]]] = {}
        self._ogg: dict[Profile, list[ogg.OggSegment]] = {}
        self._aac: list[tuple[bytes, ...]] = []
        self._measure_undamaged = lru_cache(maxsize=65_536)(self._measure_now)

    def prepare(self, *profiles: Profile) -> None:
        """Load or encode the segments of these profiles, of all when none is named; blocks."""
        for profile in profiles or tuple(Profile):
            with self._locks[profile]:
                self._load(profile)

    def size(self, content: AudioContent) -> int:
        """Return the size in bytes of the file; blocks for the first file of a profile."""
        size = self._measure_undamaged(
            content.length_ms, content.profile, content.key, content.tags
        )
        return int(size * _TRUNCATED_TO) if content.damage is Damage.TRUNCATED else size

    def bit_rate(self, content: AudioContent) -> int:
        """Return the average bit rate in kbit/s as clients compute it."""
        return round(self.size(content) * 8 / max(content.length_ms, 1))

    def render(self, content: AudioContent) -> bytes:
        """Return the whole file; blocks for some ten milliseconds."""
        whole = self._assemble(content)
        if content.damage is Damage.TRUNCATED:
            return whole[: int(len(whole) * _TRUNCATED_TO)]
        if content.damage is Damage.CORRUPT:
            return _corrupted(whole, content.key)
        return whole

    def _frame_count(self, content_length_ms: int, profile: Profile, frame_samples: int) -> int:
        """Return how many frames come nearest to the length."""
        return max(1, round(content_length_ms * profile.sample_rate / 1000 / frame_samples))

    def _order(self, key: str, length_ms: int, profile: Profile) -> list[int]:
        """Return the segments to chain, with one to spare."""
        count = length_ms * profile.sample_rate // 1000 // SEGMENT_SAMPLES + 2
        return segment_order(key, count)

    def _measure_now(self, length_ms: int, profile: Profile, key: str, tags: object) -> int:
        """Return the size of the undamaged file."""
        content = AudioContent(key, length_ms, profile, tags)  # type: ignore[arg-type]
        self.prepare(profile)
        order = self._order(key, length_ms, profile)
        if profile.is_lossless:
            segments = [self._flac[profile][number] for number in order]
            frames = self._frame_count(length_ms, profile, flac.FRAME_SAMPLES)
            return flac.measure(segments, frames, content.tags)
        if profile.extension == "mp3":
            frames = self._frame_count(length_ms, profile, mp3.FRAME_SAMPLES)
            return mp3.measure(
                [self._mp3[profile][number] for number in order], frames, content.tags
            )
        if profile.extension == "ogg":
            samples = length_ms * profile.sample_rate // 1000
            return ogg.measure(
                [self._ogg[profile][number] for number in order], samples, content.tags
            )
        return m4a.measure(self._frame_count(length_ms, profile, aac.FRAME_SAMPLES), content.tags)

    def _assemble(self, content: AudioContent) -> bytes:
        """Return the undamaged file."""
        profile, length_ms = content.profile, content.length_ms
        self.prepare(profile)
        order = self._order(content.key, length_ms, profile)
        if profile.is_lossless:
            frames = self._frame_count(length_ms, profile, flac.FRAME_SAMPLES)
            return flac.assemble(
                [self._flac[profile][number] for number in order],
                frames,
                profile.sample_rate,
                profile.bit_depth or 16,
                content.tags,
            )
        if profile.extension == "mp3":
            frames = self._frame_count(length_ms, profile, mp3.FRAME_SAMPLES)
            segments = [self._mp3[profile][number] for number in order]
            return mp3.assemble(segments, frames, profile.is_variable_bit_rate, content.tags)
        if profile.extension == "ogg":
            samples = length_ms * profile.sample_rate // 1000
            return ogg.assemble(
                [self._ogg[profile][number] for number in order], samples, content.tags
            )
        frames = self._frame_count(length_ms, profile, aac.FRAME_SAMPLES)
        return m4a.assemble([self._aac[number] for number in order], frames, content.tags)

    def _load(self, profile: Profile) -> None:
        """Fill the table of a profile; its lock is held."""
        if profile in self._flac or profile in self._mp3 or profile in self._ogg:
            return
        if profile.extension == "m4a":
            if not self._aac:
                self._aac = [aac.compose_frames(number) for number in range(SEGMENTS)]
            return
        # libsndfile lets other threads run while it encodes.
        with ThreadPoolExecutor(2) as pool:
            encoded = list(pool.map(lambda number: self._encoded(profile, number), range(SEGMENTS)))
        if profile.is_lossless:
            depth = profile.bit_depth or 16
            self._flac[profile] = [
                flac.parse_segment(
                    data,
                    decode_exactly(data, depth),
                    SEGMENT_SAMPLES // flac.FRAME_SAMPLES,
                    2 * depth // 8,
                )
                for data in encoded
            ]
        elif profile.extension == "mp3":
            frames = SEGMENT_SAMPLES // mp3.FRAME_SAMPLES
            self._mp3[profile] = [mp3.parse_segment(data, frames) for data in encoded]
        else:
            self._ogg[profile] = [ogg.parse_segment(data) for data in encoded]

    def _encoded(self, profile: Profile, number: int) -> bytes:
        """Return one encoded segment from the cache folder, or encode and keep it."""
        path = self._cache_folder / f"{_CACHE_GENERATION}-{profile}-{number}.bin"
        try:
            stored = path.read_bytes()
        except OSError:
            stored = b""
        if len(stored) > 16 and hashlib.sha256(stored[16:]).digest()[:16] == stored[:16]:
            return stored[16:]
        data = encode_segment(profile, number)
        self._cache_folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{number}.tmp")
        temporary.write_bytes(hashlib.sha256(data).digest()[:16] + data)
        temporary.replace(path)
        return data


def _corrupted(whole: bytes, key: str) -> bytes:
    """Overwrite some stretches in the middle with noise, as a bad disk or a bad transfer does."""
    source = random.Random(f"damage {key}")
    damaged = bytearray(whole)
    for _ in range(_BURSTS):
        start = source.randrange(
            len(damaged) // 4, max(len(damaged) - _BURST_SIZE, len(damaged) // 4 + 1)
        )
        damaged[start : start + _BURST_SIZE] = source.randbytes(
            len(damaged[start : start + _BURST_SIZE])
        )
    return bytes(damaged)
