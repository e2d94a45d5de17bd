"""Check that a full disk of slskd's is told from a file that no disk takes."""

import pytest

from custom_components.soulspot.engine.model import DownloadId, Reason
from custom_components.soulspot.engine.use_cases.downloads.slskd_disk import SlskdDisk
from custom_components.soulspot.engine.use_cases.sources import DISK_PAUSE

from ..fakes import ManualClock

ONE, TWO, THREE, FOUR = map(DownloadId, range(1, 5))
PAUSE = DISK_PAUSE.total_seconds()


@pytest.fixture
def changes() -> list[bool]:
    """Return what the changes are counted in."""
    return []


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock that stands still."""
    return ManualClock()


@pytest.fixture
def disk(clock: ManualClock, changes: list[bool]) -> SlskdDisk:
    """Return what is known of a disk that nothing was heard of yet."""
    return SlskdDisk(clock, lambda: changes.append(True))


def trouble(disk: SlskdDisk) -> Reason | None:
    """Return what is told."""
    return disk.trouble


def test_several_files_that_cannot_be_written_are_a_full_disk(
    disk: SlskdDisk, clock: ManualClock, changes: list[bool]
) -> None:
    """Let one file in ten minutes try again, and all once one was written."""
    assert all(disk.note_failed(number) for number in (ONE, ONE, TWO))
    assert trouble(disk) is None
    assert disk.rest() is None
    assert disk.note_failed(THREE)
    assert trouble(disk) is not None
    rest = disk.rest()
    assert rest is not None
    assert (rest.seconds, rest.reason) == (PAUSE, trouble(disk))
    clock.advance(PAUSE)
    assert disk.rest() is None
    rest = disk.rest()
    assert rest is not None
    assert rest.seconds == PAUSE
    assert len(changes) == 1
    disk.note_written(FOUR)
    assert trouble(disk) is None
    assert disk.rest() is None
    assert len(changes) == 2


def test_a_file_that_no_disk_takes_stops_nobody_else(disk: SlskdDisk) -> None:
    """While others are written it is the file's fault, from the second time on."""
    assert disk.note_failed(ONE)
    disk.note_written(TWO)
    assert not disk.note_failed(ONE)
    disk.note_written(THREE)
    assert not disk.note_failed(ONE)
    assert trouble(disk) is None
    # Now it is the disk again, as others fail too.
    assert disk.note_failed(TWO)
    assert disk.note_failed(ONE)
