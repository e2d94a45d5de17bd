"""Prove that tagging changes no sound: many random sets of tags, written over each other, in every format.

After each run the bytes of the sound are compared with those before, and every so often the decoded samples too,
by libsndfile and, where it is found, ffmpeg: code that knows nothing of ours.

Run `python -m benchmarks.tagging [--runs 1000]`.
"""

import argparse
from collections.abc import Iterator
from hashlib import sha256
import io
from pathlib import Path
import random
import shutil
import subprocess
import tempfile
import time

import numpy as np
import soundfile

from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.library.tag_set import Cover, TagSet
from custom_components.soulspot.engine.library.tags import read_tags, write_tags
from simulators.audio import AudioContent, AudioLibrary, AudioTags, Damage, Profile

_DECODED_EVERY = 50  # runs
_CONTAINERS = {
    "flac": ("FLAC", "PCM_16", 44_100),
    "mp3": ("MP3", "MPEG_LAYER_III", 44_100),
    "ogg": ("OGG", "VORBIS", 44_100),
    "opus": ("OGG", "OPUS", 48_000),
}
_ALPHABET = "abc XYZ äöüß 東京 ру́сский العربية 🎧👩\u200d🎤 \u202e\u0000\n\t/\\:*?\"<>|;'-"


def make_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write a real file of every format that is tagged."""
    for extension, (container, subtype, rate) in _CONTAINERS.items():
        sound = 0.1 * np.random.default_rng(1).standard_normal((2 * rate, 2))
        buffer = io.BytesIO()
        soundfile.write(buffer, sound, rate, format=container, subtype=subtype)
        path = folder / f"sound.{extension}"
        path.write_bytes(buffer.getvalue())
        yield extension, path
    tags = AudioTags("Title", "Artist", "Album")
    content = AudioContent("sound", 4000, Profile.M4A_256, tags, Damage.NONE)
    path = folder / "sound.m4a"
    path.write_bytes(AudioLibrary().render(content))
    yield "m4a", path


def draw_text(generator: random.Random) -> str | None:
    """Draw some text, or none."""
    length = generator.choice((0, 3, 12, 40, 400))
    return "".join(generator.choices(_ALPHABET, k=length)) or None


def draw_texts(generator: random.Random) -> tuple[str, ...]:
    """Draw a few texts."""
    return tuple(filter(None, (draw_text(generator) for _ in range(generator.randint(0, 4)))))


def draw_tags(generator: random.Random) -> TagSet:
    """Draw tags, with a cover now and then."""
    cover = None
    if generator.random() < 0.3:
        magic = generator.choice((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
        cover = Cover.from_bytes(
            magic + generator.randbytes(generator.choice((100, 5_000, 200_000)))
        )
    return TagSet(
        title=draw_text(generator),
        artist=draw_text(generator),
        artists=draw_texts(generator),
        album=draw_text(generator),
        albumartist=draw_text(generator),
        tracknumber=generator.choice((None, 1, 12, 70_000)),
        totaltracks=generator.choice((None, 12)),
        discnumber=generator.choice((None, 2)),
        date=generator.choice((None, "1999", "2011-09-30", "soon")),
        originaldate=generator.choice((None, "1974-05")),
        genre=draw_texts(generator),
        isrc=generator.choice(((), ("GBAAA9100001",), ("GBAAA9100001", "USS1Z9900001"))),
        label=draw_texts(generator),
        compilation=generator.choice((None, True, False)),
        musicbrainz_recordingid=generator.choice((None, "6a1fa6ba-7b4a-4a3c-9a0f-2d1a0a0e9a11")),
        cover=cover,
    )


def decoded(path: Path, format_name: str, ffmpeg: str | None) -> list[str]:
    """Return sums of what other programs hear."""
    heard: list[str] = []
    if format_name in _CONTAINERS:
        samples, _ = soundfile.read(path, dtype="int16")
        heard.append(sha256(np.asarray(samples).tobytes()).hexdigest())
    if ffmpeg is not None:
        command = [
            ffmpeg,
            "-nostdin",
            "-v",
            "error",
            "-i",
            str(path),
            "-map",
            "0:a:0",
            "-f",
            "md5",
            "-",
        ]
        heard.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return heard


def measure(format_name: str, path: Path, runs: int, ffmpeg: str | None) -> bool:
    """Tag a file over and over; print the figures, and return whether its sound stayed the same."""
    generator = random.Random(format_name)
    sound, heard = audio_fingerprint(path, format_name), decoded(path, format_name, ffmpeg)
    changed = unlike = 0
    begun = time.perf_counter()
    for run in range(runs):
        tags = draw_tags(generator)
        write_tags(path, tags)
        changed += audio_fingerprint(path, format_name) != sound
        expected = {name: list(texts) for name, texts in tags.to_picard().items()}
        found = read_tags(path)
        unlike += any(found.get(name) != texts for name, texts in expected.items())
        if run % _DECODED_EVERY == _DECODED_EVERY - 1:
            changed += decoded(path, format_name, ffmpeg) != heard
    seconds = time.perf_counter() - begun
    print(
        f"{format_name:<5} {runs} runs in {seconds:6.1f} s: sound changed {changed} times, "
        f"tags came back otherwise {unlike} times",
        flush=True,
    )
    return changed == 0


def main() -> None:
    """Tag in every format, and fail when any sound changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="runs in each format")
    runs = parser.parse_args().runs
    ffmpeg = shutil.which("ffmpeg")
    with tempfile.TemporaryDirectory() as name:
        results = [
            measure(format_name, path, runs, ffmpeg) for format_name, path in make_files(Path(name))
        ]
    if not all(results):
        raise SystemExit("The sound of a file was changed")


if __name__ == "__main__":
    main()
