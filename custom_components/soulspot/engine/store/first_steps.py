"""Hold the first steps of the schema; they are released and never change again."""

FIRST = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE artist (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    spotify_id TEXT UNIQUE,
    musicbrainz_id TEXT
) STRICT;
CREATE INDEX artist_name ON artist (name) WHERE spotify_id IS NULL;
CREATE INDEX artist_musicbrainz ON artist (musicbrainz_id);

CREATE TABLE album (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    spotify_id TEXT UNIQUE,
    album_type TEXT,
    release_date TEXT,
    total_tracks INTEGER,
    image_url TEXT,
    musicbrainz_id TEXT,
    musicbrainz_release_group_id TEXT
) STRICT;
CREATE INDEX album_name ON album (name) WHERE spotify_id IS NULL;
CREATE INDEX album_musicbrainz ON album (musicbrainz_id);
CREATE TABLE album_artist (
    album_id INTEGER NOT NULL REFERENCES album (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist (id),
    PRIMARY KEY (album_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE track (
    id INTEGER PRIMARY KEY,
    source_key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    album_id INTEGER REFERENCES album (id),
    duration_ms INTEGER,
    isrc TEXT,
    disc_number INTEGER,
    track_number INTEGER,
    explicit INTEGER,
    musicbrainz_recording_id TEXT,
    musicbrainz_release_track_id TEXT,
    original_date TEXT,
    genres TEXT NOT NULL DEFAULT '[]',
    enriched_at REAL
) STRICT;
CREATE INDEX track_isrc ON track (isrc);
CREATE INDEX track_album ON track (album_id);
CREATE INDEX track_recording ON track (musicbrainz_recording_id);
CREATE TABLE track_artist (
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    artist_id INTEGER NOT NULL REFERENCES artist (id),
    PRIMARY KEY (track_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE playlist (
    id INTEGER PRIMARY KEY,
    spotify_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner_name TEXT,
    description TEXT NOT NULL DEFAULT '',
    snapshot_id TEXT,
    image_url TEXT,
    synced_at REAL,
    error TEXT
) STRICT;
CREATE TABLE playlist_entry (
    playlist_id INTEGER NOT NULL REFERENCES playlist (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    track_id INTEGER REFERENCES track (id),
    title TEXT NOT NULL,
    uri TEXT,
    added_at REAL,
    added_by TEXT,
    PRIMARY KEY (playlist_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX playlist_entry_track ON playlist_entry (track_id);

CREATE TABLE job (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload TEXT NOT NULL DEFAULT '{}',
    state TEXT NOT NULL,
    asked_again INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    priority INTEGER NOT NULL,
    lane TEXT NOT NULL,
    turn INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    run_at REAL NOT NULL,
    created_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL
) STRICT;
CREATE UNIQUE INDEX job_alive ON job (kind, subject) WHERE state IN ('pending', 'waiting', 'running');
CREATE INDEX job_next ON job (kind, priority, turn, id) WHERE state = 'pending';
CREATE INDEX job_due ON job (run_at) WHERE state = 'waiting';
CREATE INDEX job_running ON job (kind) WHERE state = 'running';
CREATE INDEX job_failed ON job (kind) WHERE state = 'failed';
CREATE INDEX job_finished ON job (finished_at) WHERE state IN ('completed', 'failed', 'cancelled');
CREATE TABLE job_lane (
    kind TEXT NOT NULL,
    priority INTEGER NOT NULL,
    lane TEXT NOT NULL,
    turn INTEGER NOT NULL,
    PRIMARY KEY (kind, priority, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE download (
    id INTEGER PRIMARY KEY,
    track_id INTEGER NOT NULL UNIQUE REFERENCES track (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    reason TEXT,
    quality TEXT NOT NULL,
    query TEXT,
    priority INTEGER NOT NULL,
    lane TEXT NOT NULL,
    local_path TEXT,
    results INTEGER NOT NULL DEFAULT 0,
    query_position INTEGER NOT NULL DEFAULT 0,
    rounds INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    filed_at REAL
) STRICT;
CREATE INDEX download_state ON download (state);
CREATE INDEX download_filed ON download (filed_at) WHERE filed_at IS NOT NULL;
CREATE TABLE candidate (
    download_id INTEGER NOT NULL REFERENCES download (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    data TEXT NOT NULL,
    failure TEXT,
    PRIMARY KEY (download_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer (
    id INTEGER PRIMARY KEY,
    download_id INTEGER NOT NULL UNIQUE REFERENCES download (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    username TEXT NOT NULL,
    remote_path TEXT NOT NULL,
    size INTEGER NOT NULL,
    batch_id TEXT,
    transfer_id TEXT,
    phase TEXT NOT NULL,
    phase_since REAL NOT NULL,
    requested_at REAL NOT NULL,
    acknowledged INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE library_file (
    track_id INTEGER PRIMARY KEY REFERENCES track (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    format TEXT NOT NULL,
    duration_ms INTEGER,
    bit_rate INTEGER,
    checksum TEXT,
    filed_at REAL NOT NULL
) STRICT;
CREATE INDEX library_file_path ON library_file (path);

CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    track_id INTEGER NOT NULL REFERENCES track (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    event TEXT NOT NULL,
    data TEXT NOT NULL
) STRICT;
CREATE INDEX journal_track ON journal (track_id, id);

CREATE TABLE cache (
    space TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT,
    stored_at REAL NOT NULL,
    expires_at REAL NOT NULL,
    PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX cache_age ON cache (space, expires_at);

CREATE TABLE peer (
    username TEXT PRIMARY KEY,
    delivered INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    stalled INTEGER NOT NULL DEFAULT 0,
    measured_speed REAL,
    cooled_down_until REAL,
    seen_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_seen ON peer (seen_at);

CREATE TABLE search_sent (sent_at REAL NOT NULL) STRICT;
CREATE INDEX search_sent_at ON search_sent (sent_at);
CREATE TABLE own_search (id TEXT PRIMARY KEY, created_at REAL NOT NULL) STRICT, WITHOUT ROWID;
"""

SECOND = """
CREATE TABLE own_row (
    username TEXT NOT NULL,
    transfer_id TEXT NOT NULL,
    PRIMARY KEY (username, transfer_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE download ADD COLUMN filing_path TEXT;
CREATE TABLE blocked_word (
    word TEXT PRIMARY KEY,
    signs INTEGER NOT NULL,
    seen_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX transfer_peer ON transfer (username);
CREATE INDEX blocked_word_seen ON blocked_word (seen_at);
"""

# What stands in the library folder, whoever put it there.
THIRD = """
CREATE TABLE indexed_file (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    modified_ns INTEGER NOT NULL,
    format TEXT NOT NULL,
    duration_ms INTEGER,
    bit_rate INTEGER,
    title TEXT NOT NULL,
    artists TEXT NOT NULL,
    album TEXT,
    recording_id TEXT,
    title_key TEXT NOT NULL
) STRICT;
CREATE INDEX indexed_file_title ON indexed_file (title_key);
CREATE INDEX indexed_file_recording ON indexed_file (recording_id);
CREATE TABLE indexed_isrc (
    isrc TEXT NOT NULL,
    file_id INTEGER NOT NULL REFERENCES indexed_file (id) ON DELETE CASCADE,
    PRIMARY KEY (isrc, file_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX indexed_isrc_file ON indexed_isrc (file_id);
"""
