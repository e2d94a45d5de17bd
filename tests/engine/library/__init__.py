"""Test the library room with real files."""
