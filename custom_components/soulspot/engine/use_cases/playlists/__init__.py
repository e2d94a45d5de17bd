"""Keep playlists in step with where they come from."""
