"""Turn playlists into a local music library, without knowing Home Assistant."""
