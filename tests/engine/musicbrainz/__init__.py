"""Test the MusicBrainz room."""
