"""Test the matcher through its front door."""
