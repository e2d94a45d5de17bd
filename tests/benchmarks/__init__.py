"""Test what measures."""
