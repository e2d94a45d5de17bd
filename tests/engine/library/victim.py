"""File tracks in processes that are killed or starved at chosen moments; the tests run it as a program.

Usage: victim.py LIBRARY SOURCE MODE VALUE, where the mode is
  time    file one track, killed after VALUE seconds
  size    file one track, no file may grow beyond VALUE bytes
  user    file one track as the user VALUE
  events  file one track into LIBRARY/0, 1, 2, ... killed before its first, second, third, ... file operation
  again   file one track into each folder of LIBRARY once more
It prints "filed" or the key of the error for each track; nothing for one that was killed.
"""

import os
from pathlib import Path, PurePosixPath
import resource
import signal
import sys
from types import ModuleType

ROOT = Path(__file__).parents[3]
OLD_LIST = "#EXTM3U\n#PLAYLIST:List\n#SOULSPOT-PLAYLIST:id\n"


def prepare_import() -> None:
    """Let the engine be imported without Home Assistant around it."""
    sys.path.insert(0, str(ROOT))
    package = ModuleType("custom_components.soulspot")
    package.__path__ = [str(ROOT / "custom_components" / "soulspot")]
    sys.modules[package.__name__] = package


def file_one(library: Path, source: Path) -> None:
    """File one track, then rewrite its playlist, and print how it went."""
    from custom_components.soulspot.engine.errors import StorageError
    from custom_components.soulspot.engine.library.filing import file_track
    from custom_components.soulspot.engine.library.playlist_file import (
        PlaylistEntry,
        write_playlist,
    )
    from custom_components.soulspot.engine.library.tag_set import Cover, TagSet

    cover = Cover.from_bytes(b"\xff\xd8\xff\xe0" + bytes(200_000))
    tags = TagSet(title="Time", artist="Somebody", tracknumber=4, cover=cover)
    try:
        filed = file_track(
            source, library, PurePosixPath("Somebody/Album/04 Time" + source.suffix), tags
        )
        entry = PlaylistEntry(path=filed.path, title="Time", artist="Somebody", duration_ms=2000)
        write_playlist(library, "List", "id", [entry])
    except StorageError as error:
        os.write(1, error.translation_key.encode() + b"\n")
    else:
        os.write(1, b"filed\n")


def kill_at_event(number: int) -> None:
    """Die just before the given file operation, counted from now."""
    remaining = number

    def hook(event: str, _: object) -> None:
        """Count what touches files."""
        nonlocal remaining
        if event == "open" or (event.startswith("os.") and event != "os.kill"):
            remaining -= 1
            if remaining < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def kill_at_all_events(folder: Path, source: Path) -> None:
    """Try once for each file operation, until one try gets through."""
    moment, status = 0, -1
    while status != 0:
        library = folder / str(moment)
        library.mkdir(parents=True)
        (library / "List.m3u8").write_text(OLD_LIST)
        child = os.fork()
        if child == 0:
            kill_at_event(moment)
            file_one(library, source)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        moment += 1


def main() -> None:
    """Do what the arguments say."""
    prepare_import()
    # Imported here, so that no import counts as a file operation or takes from the time.
    import custom_components.soulspot.engine.library.filing
    import custom_components.soulspot.engine.library.playlist_file  # noqa: F401
    from custom_components.soulspot.engine.library.storage import clean_temporary

    library, source, mode, value = (
        Path(sys.argv[1]),
        Path(sys.argv[2]),
        sys.argv[3],
        float(sys.argv[4]),
    )
    match mode:
        case "events":
            kill_at_all_events(library, source)
            return
        case "again":
            for folder in library.iterdir():
                clean_temporary(folder)
                file_one(folder, source)
            return
        case "time":
            signal.setitimer(signal.ITIMER_REAL, value)  # Nobody handles the signal, so it kills.
        case "size":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), int(value)))
        case "user":
            os.setegid(int(value))
            os.seteuid(int(value))
    file_one(library, source)


if __name__ == "__main__":
    main()
