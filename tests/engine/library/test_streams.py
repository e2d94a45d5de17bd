"""Test the walkers of formats that no encoder here writes, and the checksums behind them all."""

from collections.abc import Callable
import io
from pathlib import Path
import struct

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.soulspot.engine.library.formats import sniff_format
from custom_components.soulspot.engine.library.streams import flac, inspect_stream, ogg


def adts(frames: int) -> bytes:
    """Return raw AAC frames of 44.1 kHz."""
    size = 200
    header = bytes(
        [
            0xFF,
            0xF1,
            1 << 6 | 4 << 2,
            2 << 6 | size >> 11,
            size >> 3 & 255,
            (size & 7) << 5 | 31,
            0xFC,
        ]
    )
    return (header + bytes(size - 7)) * frames


def wavpack(blocks: int) -> bytes:
    """Return WavPack blocks of 44.1 kHz, half a second each."""
    samples = 22050
    return b"".join(
        struct.pack(
            "<4sIHBBIIIII",
            b"wvpk",
            124,
            0x410,
            0,
            0,
            samples * blocks,
            samples * n,
            samples,
            9 << 23,
            0,
        )
        + bytes(100)
        for n in range(blocks)
    )


def true_audio(frames: int) -> bytes:
    """Return a True Audio file of 44.1 kHz."""
    samples = frames * (44100 * 256 // 245)
    header = struct.pack("<4sHHHIII", b"TTA1", 1, 2, 16, 44100, samples, 0)
    return header + struct.pack(f"<{frames}I", *[150] * frames) + bytes(4) + bytes(150 * frames)


def windows_media(packets: int) -> bytes:
    """Return the outermost objects of a Windows Media file."""
    header = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + struct.pack("<Q", 30) + bytes(6)
    data = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
    return header + data + struct.pack("<Q", 24 + packets * 100) + bytes(packets * 100)


MAKERS = {"aac": adts, "wv": wavpack, "tta": true_audio, "wma": windows_media}


@pytest.mark.parametrize("format_name", MAKERS)
@settings(max_examples=40)
@given(data=st.data())
def test_cut_streams_are_told(
    tmp_path_factory: pytest.TempPathFactory, format_name: str, data: st.DataObject
) -> None:
    """Whole passes, anything shorter does not, whatever byte it ends at."""
    whole = MAKERS[format_name](5)
    path = tmp_path_factory.mktemp("streams") / "sample"
    path.write_bytes(whole)
    assert sniff_format(io.BytesIO(whole)) == format_name
    report = inspect_stream(path, format_name)
    assert report is not None
    assert report.fault is None
    end = data.draw(st.integers(40, len(whole) - 1))
    if format_name == "aac":
        end += end % 200 == 0  # Raw frames know nothing of each other.
    path.write_bytes(whole[:end])
    report = inspect_stream(path, format_name)
    assert report is not None
    assert report.fault is not None
    assert report.fault.key == "truncated"


@pytest.mark.parametrize(
    ("format_name", "milliseconds"), [("aac", 116), ("wv", 2500), ("tta", 5224)]
)
def test_lengths_are_counted(
    make_file: Callable[..., Path], format_name: str, milliseconds: int
) -> None:
    """The walk itself gives the length."""
    report = inspect_stream(make_file(format_name, data=MAKERS[format_name](5)), format_name)
    assert report is not None
    assert report.duration_ms == milliseconds


def slow_checksum(data: bytes, polynomial: int, width: int) -> int:
    """Return a CRC bit by bit, as it stands in the books."""
    checksum = 0
    for byte in data:
        checksum ^= byte << width - 8
        for _ in range(8):
            checksum = checksum << 1 ^ (polynomial if checksum >> width - 1 else 0)
            checksum &= (1 << width) - 1
    return checksum


@settings(max_examples=30)
@given(seed=st.binary(min_size=1, max_size=40), length=st.integers(0, 70_000))
def test_fast_checksums_are_the_slow_ones(seed: bytes, length: int) -> None:
    """Folding, tables and turned bits change nothing."""
    data = (seed * (length // len(seed) + 1))[:length]
    assert flac._checksum(data) == slow_checksum(data, 0x8005, 16)
    assert flac._checksum_8(data[:300]) == slow_checksum(data[:300], 0x07, 8)
    assert ogg.page_checksum(data[:5000]) == slow_checksum(data[:5000], 0x04C11DB7, 32)
