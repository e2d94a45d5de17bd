"""Bring the schema of a database file up to date, one numbered step at a time."""

import sqlite3

from ..errors import StoreError
from .first_steps import FIRST, SECOND, THIRD

# What becomes of files and tracks later: ignored tracks, removals, the recycle bin, upgrades.
_FOURTH = """
CREATE TABLE ignored_track (
    track_id INTEGER PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    reason TEXT,
    ignored_at REAL NOT NULL
) STRICT;
ALTER TABLE library_file ADD COLUMN is_ours INTEGER NOT NULL DEFAULT 0;
UPDATE library_file SET is_ours = checksum IS NOT NULL;
CREATE VIEW wanted_entry AS
    SELECT entry.playlist_id, entry.position, entry.track_id FROM playlist_entry AS entry
    WHERE entry.track_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM library_file AS file WHERE file.track_id = entry.track_id)
        AND NOT EXISTS (SELECT 1 FROM ignored_track AS ignored WHERE ignored.track_id = entry.track_id);
-- Counting what is wanted looks at everything: it is counted anew only when this number has changed.
CREATE TABLE wanted_change (number INTEGER NOT NULL) STRICT;
INSERT INTO wanted_change VALUES (0);
CREATE TRIGGER entry_added AFTER INSERT ON playlist_entry BEGIN
    UPDATE wanted_change SET number = number + 1;
END;
CREATE TRIGGER entry_deleted AFTER DELETE ON playlist_entry BEGIN
    UPDATE wanted_change SET number = number + 1;
END;
CREATE TRIGGER file_added AFTER INSERT ON library_file BEGIN
    UPDATE wanted_change SET number = number + 1;
END;
CREATE TRIGGER file_deleted AFTER DELETE ON library_file BEGIN
    UPDATE wanted_change SET number = number + 1;
END;
CREATE TRIGGER ignored_added AFTER INSERT ON ignored_track BEGIN
    UPDATE wanted_change SET number = number + 1;
END;
CREATE TRIGGER ignored_deleted AFTER DELETE ON ignored_track BEGIN
    UPDATE wanted_change SET number = number + 1;
END;

CREATE TABLE removal (
    playlist_id INTEGER NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    removed_at REAL NOT NULL,
    hold TEXT,
    PRIMARY KEY (playlist_id, track_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX removal_track ON removal (track_id);
CREATE INDEX removal_hold ON removal (hold) WHERE hold IS NOT NULL;
CREATE TABLE removal_policy (
    playlist_id INTEGER PRIMARY KEY REFERENCES playlist (id) ON DELETE CASCADE,
    policy TEXT NOT NULL,
    grace_days INTEGER NOT NULL,
    since REAL NOT NULL
) STRICT;

CREATE TABLE recycled_file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    format TEXT NOT NULL,
    duration_ms INTEGER,
    bit_rate INTEGER,
    checksum TEXT,
    is_ours INTEGER NOT NULL,
    state TEXT NOT NULL,
    target TEXT,
    reason TEXT NOT NULL,
    recycled_at REAL NOT NULL
) STRICT;
CREATE INDEX recycled_file_age ON recycled_file (recycled_at);
CREATE INDEX recycled_file_moving ON recycled_file (state) WHERE state != 'kept';
CREATE TABLE recycled_track (
    recycled_id INTEGER NOT NULL REFERENCES recycled_file (id) ON DELETE CASCADE,
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    PRIMARY KEY (recycled_id, track_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recycled_track_track ON recycled_track (track_id);

ALTER TABLE candidate ADD COLUMN is_chosen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE download ADD COLUMN is_upgrade INTEGER NOT NULL DEFAULT 0;
CREATE INDEX download_upgrade ON download (is_upgrade) WHERE is_upgrade = 1;
CREATE TABLE upgrade (
    track_id INTEGER PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    tries INTEGER NOT NULL,
    next_at REAL,
    is_declined INTEGER NOT NULL DEFAULT 0
) STRICT;
"""

# What checks found out about files: about a content, whoever sends it, and about each file that came for
# a track.
_FIFTH = """
CREATE TABLE examination (
    content TEXT PRIMARY KEY,
    data TEXT NOT NULL,
    seen_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX examination_seen ON examination (seen_at);
CREATE TABLE verdict (
    id INTEGER PRIMARY KEY,
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    content TEXT NOT NULL,
    username TEXT NOT NULL,
    reason TEXT,
    data TEXT NOT NULL,
    at REAL NOT NULL,
    UNIQUE (track_id, content, username)
) STRICT;
CREATE INDEX verdict_at ON verdict (at);
"""

# Where MusicBrainz and the playlist disagree, and what a person chose.
_SIXTH = """
CREATE TABLE metadata_field (
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    playlist TEXT NOT NULL DEFAULT '[]',
    musicbrainz TEXT NOT NULL DEFAULT '[]',
    in_use TEXT NOT NULL DEFAULT 'playlist',
    chosen TEXT,
    chosen_values TEXT NOT NULL DEFAULT '[]',
    chosen_at REAL,
    PRIMARY KEY (track_id, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX metadata_field_isrc ON metadata_field (musicbrainz) WHERE field = 'isrc';
ALTER TABLE track ADD COLUMN described_at REAL;
ALTER TABLE cache ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
DROP INDEX cache_age;
CREATE INDEX cache_age ON cache (space, expires_at, size);
"""

# What the queue has to remember across restarts.
_SEVENTH = """
CREATE TABLE abandoned_request (
    id INTEGER PRIMARY KEY,
    username TEXT NOT NULL,
    remote_path TEXT NOT NULL,
    batch_id TEXT,
    requested_at REAL NOT NULL,
    withdrawn_at REAL NOT NULL
) STRICT;
CREATE TABLE claim (
    track_id INTEGER PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    title_key TEXT NOT NULL,
    taken TEXT
) STRICT;
CREATE INDEX claim_title ON claim (title_key);
-- Pages of downloads begin with the latest changed.
DROP INDEX download_state;
CREATE INDEX download_state ON download (state, updated_at DESC, id);
CREATE INDEX download_latest ON download (updated_at DESC, id);
ALTER TABLE transfer ADD COLUMN phases TEXT NOT NULL DEFAULT '[]';

-- What is shown all the time is counted as it changes: counting anew would look at everything.
CREATE TABLE tally (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO tally SELECT 'job:' || state, count(*) FROM job GROUP BY state;
INSERT INTO tally SELECT 'download:' || state, count(*) FROM download GROUP BY state;
INSERT INTO tally SELECT 'library_file', count(*) FROM library_file;
CREATE TRIGGER job_counted AFTER INSERT ON job BEGIN
    INSERT INTO tally VALUES ('job:' || new.state, 1)
        ON CONFLICT (name) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER job_uncounted AFTER DELETE ON job BEGIN
    UPDATE tally SET number = number - 1 WHERE name = 'job:' || old.state;
END;
CREATE TRIGGER job_recounted AFTER UPDATE OF state ON job WHEN old.state != new.state BEGIN
    UPDATE tally SET number = number - 1 WHERE name = 'job:' || old.state;
    INSERT INTO tally VALUES ('job:' || new.state, 1)
        ON CONFLICT (name) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER download_counted AFTER INSERT ON download BEGIN
    INSERT INTO tally VALUES ('download:' || new.state, 1)
        ON CONFLICT (name) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER download_uncounted AFTER DELETE ON download BEGIN
    UPDATE tally SET number = number - 1 WHERE name = 'download:' || old.state;
END;
CREATE TRIGGER download_recounted AFTER UPDATE OF state ON download WHEN old.state != new.state BEGIN
    UPDATE tally SET number = number - 1 WHERE name = 'download:' || old.state;
    INSERT INTO tally VALUES ('download:' || new.state, 1)
        ON CONFLICT (name) DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER library_file_counted AFTER INSERT ON library_file BEGIN
    UPDATE tally SET number = number + 1 WHERE name = 'library_file';
END;
CREATE TRIGGER library_file_uncounted AFTER DELETE ON library_file BEGIN
    UPDATE tally SET number = number - 1 WHERE name = 'library_file';
END;

-- Who is involved in transfers is looked at anew only when this number has changed.
CREATE TABLE transfer_change (number INTEGER NOT NULL) STRICT;
INSERT INTO transfer_change VALUES (0);
CREATE TRIGGER transfer_added AFTER INSERT ON transfer BEGIN
    UPDATE transfer_change SET number = number + 1;
END;
CREATE TRIGGER transfer_deleted AFTER DELETE ON transfer BEGIN
    UPDATE transfer_change SET number = number + 1;
END;
CREATE TRIGGER transfer_renewed AFTER UPDATE OF username, requested_at ON transfer BEGIN
    UPDATE transfer_change SET number = number + 1;
END;
CREATE TRIGGER transfer_watched AFTER UPDATE OF state ON download
WHEN (old.state = 'transferring') != (new.state = 'transferring') BEGIN
    UPDATE transfer_change SET number = number + 1;
END;
"""

# Which tracks wait for a search for their artist.
_EIGHTH = """
CREATE INDEX track_artist_artist ON track_artist (artist_id, position);
"""

# Which files are to get the name of the one that goes to the recycle bin, and which may have been lossy once.
_NINTH = """
CREATE TABLE renaming (
    path TEXT PRIMARY KEY,
    target TEXT NOT NULL
) STRICT, WITHOUT ROWID;
ALTER TABLE library_file ADD COLUMN doubt TEXT;
ALTER TABLE recycled_file ADD COLUMN doubt TEXT;
"""

_STEPS = (FIRST, SECOND, THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH, _EIGHTH, _NINTH)


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether a file's schema is that of this version."""
    return _version(connection) == len(_STEPS)


def check_version(connection: sqlite3.Connection) -> int:
    """Return the version of the file's schema; raises StoreError `store_too_new`."""
    version = _version(connection)
    if version > len(_STEPS):
        raise StoreError("store_too_new")
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the missing steps, each in a transaction of its own.

    Raises StoreError when the file was written by a newer version: it is left untouched.
    """
    version = check_version(connection)
    for number, script in enumerate(_STEPS[version:], start=version + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;"
        )


def _version(connection: sqlite3.Connection) -> int:
    """Return the number of the last step that a file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
