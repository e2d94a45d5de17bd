"""Check, tag, file and index audio files; everything here blocks and belongs in an executor."""
