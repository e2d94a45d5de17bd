"""Test the engine without Home Assistant."""
