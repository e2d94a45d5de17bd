"""Read recordings, releases, artists and covers from MusicBrainz and the Cover Art Archive."""
