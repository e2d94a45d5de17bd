"""Add what MusicBrainz knows, and keep what a person has decided."""
