"""Check what is made of other accounts' databases."""

from pathlib import Path
import sqlite3

import pytest

from custom_components.soulspot.engine.store import neighbours
from custom_components.soulspot.engine.store.migrations import migrate
from custom_components.soulspot.engine.store.neighbours import LIBRARY_KEY, is_kept_next_door
from custom_components.soulspot.engine.store.settings import set_setting


@pytest.fixture
def neighbour(tmp_path: Path) -> Path:
    """Return the database of an account with the same library and none of its files."""
    path = tmp_path / "neighbour.db"
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection)
        set_setting(connection, LIBRARY_KEY, str(tmp_path))
    connection.close()
    return path


def test_an_account_that_cannot_answer_now_may_need_the_file(
    neighbour: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a database is locked nothing that may be its file goes; what is no database has no say."""
    monkeypatch.setattr(neighbours, "_PATIENCE", 0.0)
    own, library = neighbour.with_name("own.db"), neighbour.parent
    assert not is_kept_next_door(own, library, "song.flac")
    with sqlite3.connect(neighbour, isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        assert is_kept_next_door(own, library, "song.flac")
    connection.close()
    assert not is_kept_next_door(own, library, "song.flac")
    neighbour.write_bytes(b"damaged" * 1000)
    assert not is_kept_next_door(own, library, "song.flac")
