"""Check that files are read once while they stay the same."""

from hashlib import md5
import os
from pathlib import Path

import pytest

from custom_components.soulspot.engine.use_cases.library.read_file import (
    CHECKSUM_LIFETIME,
    METADATA_LIFETIME,
    ReadFile,
)
from tests.engine.fakes import ManualClock, MemoryCache


def md5_of(text: str) -> str:
    """Return the checksum of a text."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that only tests turn."""
    return ManualClock()


@pytest.fixture
def reader(clock: ManualClock) -> ReadFile:
    """Return a reader with a cache of its own."""
    return ReadFile(MemoryCache(clock))


def write(path: Path, text: str, modified_ns: int) -> None:
    """Write a file that claims a time of its own."""
    path.write_text(text)
    os.utime(path, ns=(modified_ns, modified_ns))


async def test_a_checksum_is_kept_until_the_file_changes(reader: ReadFile, tmp_path: Path) -> None:
    """Size and modification time tell a changed file; the same ones serve what is known."""
    path = tmp_path / "song.flac"
    write(path, "one", 1_000)
    assert await reader.checksum(path) == md5_of("one")
    write(path, "two", 1_000)  # Neither size nor time tell: the answer comes from the cache.
    assert await reader.checksum(path) == md5_of("one")
    write(path, "two", 2_000)
    assert await reader.checksum(path) == md5_of("two")


async def test_a_checksum_is_read_again_after_a_day(
    reader: ReadFile, clock: ManualClock, tmp_path: Path
) -> None:
    """What neither size nor time tells is found after the lifetime."""
    path = tmp_path / "song.flac"
    write(path, "one", 1_000)
    assert await reader.checksum(path) == md5_of("one")
    write(path, "two", 1_000)
    clock.advance(CHECKSUM_LIFETIME + 1)
    assert await reader.checksum(path) == md5_of("two")
    assert METADATA_LIFETIME == 7 * 24 * 3600


async def test_what_cannot_be_read_is_nothing(reader: ReadFile, tmp_path: Path) -> None:
    """A file that is gone or no music has neither, and is looked at again next time."""
    path = tmp_path / "song.flac"
    assert await reader.checksum(path) is None
    assert await reader.tags(path) == {}
    write(path, "no music", 1_000)
    assert await reader.tags(path) == {}
