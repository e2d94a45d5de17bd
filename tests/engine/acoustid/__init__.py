"""Test asking AcoustID."""
