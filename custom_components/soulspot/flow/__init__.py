"""Hold the parts of the config flows: forms, checks, and the flows of playlists and options."""
