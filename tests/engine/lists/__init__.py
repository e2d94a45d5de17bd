"""Test how lists of tracks are read."""
