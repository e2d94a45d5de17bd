"""Retag copies of a track in processes that are killed before each file operation; run as a program.

Usage: retagging_victim.py FOLDER SOURCE; one copy lies in FOLDER/0, 1, 2, ... afterwards.
"""

import os
from pathlib import Path
import shutil
import sys

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.engine.library.victim import kill_at_event, prepare_import


def retag(path: Path) -> None:
    """Give a track its new title."""
    from custom_components.soulspot.engine.library.retagging import retag_file
    from custom_components.soulspot.engine.library.tag_set import TagSet

    status = path.stat()
    retag_file(
        path,
        path.parent,
        TagSet(title="New"),
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
    )


def main() -> None:
    """Try once for each file operation, until one try gets through."""
    prepare_import()
    import custom_components.soulspot.engine.library.retagging  # noqa: F401

    folder, source = Path(sys.argv[1]), Path(sys.argv[2])
    moment, status = 0, -1
    while status != 0:
        copy = folder / str(moment) / source.name
        copy.parent.mkdir(parents=True)
        shutil.copy(source, copy)
        child = os.fork()
        if child == 0:
            kill_at_event(moment)
            retag(copy)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        moment += 1


if __name__ == "__main__":
    main()
