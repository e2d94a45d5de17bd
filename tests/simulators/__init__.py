"""Test the simulators against what is known of the real services."""
