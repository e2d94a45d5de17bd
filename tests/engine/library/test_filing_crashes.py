"""Kill the process and starve the disk while tracks are filed; there must never be half a file."""

from collections.abc import Callable
import os
from pathlib import Path
import subprocess
import sys

import pytest

from custom_components.soulspot.engine.errors import StorageError
from custom_components.soulspot.engine.library.storage import (
    check_folder,
    clean_temporary,
    storage_errors,
)
from custom_components.soulspot.engine.library.streams import audio_fingerprint
from custom_components.soulspot.engine.library.tags import read_cover, read_tags
from custom_components.soulspot.engine.library.verify import Expectation

from .conftest import encode, verify
from .test_filing import visible
from .victim import OLD_LIST

VICTIM = Path(__file__).with_name("victim.py")
NEW_LIST = OLD_LIST + "#EXTINF:2,Somebody - Time\nSomebody/Album/04 Time"


def run(library: Path, source: Path, kind: str, value: float, *before: str) -> str:
    """Run the victim; an empty answer means that it was killed."""
    command = [
        *before,
        sys.executable,
        "-S",
        str(VICTIM),
        str(library),
        str(source),
        kind,
        str(value),
    ]
    paths = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
    result = subprocess.run(
        command,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert result.stdout or result.returncode < 0, result.stderr.decode()
    return result.stdout.decode().strip()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Return a library folder with yesterday's playlist."""
    folder = tmp_path / "library"
    folder.mkdir()
    (folder / "List.m3u8").write_text(OLD_LIST)
    return folder


def assert_nothing_half(library: Path, source: Path, *, is_finished: bool) -> int:
    """Require that what is visible is whole; return 0 for nothing new, 1 for the track, 2 for its list too."""
    names = visible(library)
    private = [name for name in names if name.startswith(".soulspot")]
    target = library / "Somebody" / "Album" / f"04 Time{source.suffix}"
    assert set(names) - set(private) <= {"List.m3u8", str(target.relative_to(library))}
    assert not (is_finished and private)
    text = (library / "List.m3u8").read_text()
    assert text in (OLD_LIST, f"{NEW_LIST}{source.suffix}\n")
    if not target.exists():
        assert text == OLD_LIST
        return 0
    assert verify(target, Expectation()).ok
    assert read_tags(target)["title"] == ["Time"]
    assert read_cover(target) is not None
    format_name = source.suffix[1:]
    assert audio_fingerprint(target, format_name) == audio_fingerprint(source, format_name)
    return 1 if text == OLD_LIST else 2


@pytest.mark.parametrize("format_name", ["flac", "mp3", "ogg", "m4a"])
def test_killed_before_every_file_operation(
    make_file: Callable[..., Path], tmp_path: Path, format_name: str
) -> None:
    """A process killed before any of its file operations leaves old or new, and a repetition finishes."""
    source = make_file(format_name)
    folder = tmp_path / "libraries"
    assert run(folder, source, "events", 0) == "filed"
    libraries = sorted(folder.iterdir(), key=lambda path: int(path.name))
    assert len(libraries) > 15
    states = [assert_nothing_half(library, source, is_finished=False) for library in libraries]
    # The operations of each state follow each other: nothing, then the track, then its list too.
    assert states == sorted(states)
    assert set(states) == {0, 1, 2}
    assert set(run(folder, source, "again", 0).split()) == {"filed"}
    for library in libraries:
        assert assert_nothing_half(library, source, is_finished=True) == 2


def test_killed_at_any_time(make_file: Callable[..., Path], library: Path) -> None:
    """The same at moments inside the writing, over one and the same library."""
    source = make_file("flac", data=encode("flac", seconds=10))
    killed = 0
    for step in range(10):
        killed += not run(library, source, "time", 0.001 + step * 0.008)
        assert_nothing_half(library, source, is_finished=False)
    clean_temporary(library)
    assert run(library, source, "time", 60) == "filed"
    assert_nothing_half(library, source, is_finished=True)
    assert killed > 0


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999, 1.1])
def test_write_that_fails_halfway(
    make_file: Callable[..., Path], library: Path, share: float
) -> None:
    """A limit hit while copying or while tagging leaves nothing, neither file nor leftover."""
    source = make_file("flac")
    size = source.stat().st_size
    assert run(library, source, "size", size * share) == "file_too_large"
    assert visible(library) == ["List.m3u8"]


def test_full_disk_is_named(tmp_path: Path) -> None:
    """The device that is always full gives the real error."""
    with (
        pytest.raises(StorageError) as caught,
        storage_errors(tmp_path),
        Path("/dev/full").open("wb") as file,
    ):
        file.write(b"x")
    assert caught.value.translation_key == "disk_full"


def test_full_disk_leaves_nothing(make_file: Callable[..., Path], tmp_path: Path) -> None:
    """On a real file system that fills up while the track is copied or tagged, nothing stays."""
    mount = tmp_path / "small"
    mount.mkdir()
    source = make_file("flac")
    size = source.stat().st_size
    script = 'mount -t tmpfs -o size="$0" tmpfs "$1" && "${@:2}"; echo; find "$1" -type f'
    for room in (size // 2, size + 50_000):
        before = [
            "unshare",
            "--mount",
            "--map-root-user",
            "bash",
            "-c",
            script,
            str(room),
            str(mount),
        ]
        probe = subprocess.run([*before, "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            pytest.skip("this machine gives no private mounts")
        assert run(mount, source, "time", 60, *before).split() == ["disk_full"]


def test_unwritable_folder_is_named(make_file: Callable[..., Path], library: Path) -> None:
    """A folder that belongs to somebody else is named before anything is copied."""
    source = make_file("flac")
    if os.geteuid() == 0:
        assert run_as_nobody(library, source) == "folder_not_writable"
    else:
        library.chmod(0o555)
        assert run(library, source, "time", 60) == "folder_not_writable"
        library.chmod(0o755)
    assert visible(library) == ["List.m3u8"]


def run_as_nobody(library: Path, source: Path) -> str:
    """Run the victim as a user who may read but not write; tmp_path is closed to others at first."""
    closed = [path for path in library.parents if not path.stat().st_mode & 0o005]
    for path in closed:
        path.chmod(0o755)
    try:
        return run(library, source, "user", 65534)
    finally:
        for path in closed:
            path.chmod(0o700)


def test_folders_are_proven(tmp_path: Path) -> None:
    """The check writes, flushes, reads back and leaves nothing; each trouble has its name."""
    check_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "file").write_bytes(b"")
    cases = {"gone": "folder_missing", "file": "not_a_folder", "file/below": "folder_missing"}
    for name, key in cases.items():
        with pytest.raises(StorageError) as caught:
            check_folder(tmp_path / name)
        assert caught.value.translation_key == key
    with pytest.raises(StorageError) as caught:
        check_folder(Path("/proc"))
    assert caught.value.translation_key in ("folder_not_writable", "folder_missing")
