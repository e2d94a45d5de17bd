"""Test the parts of the demo that judge: what they let pass and what they catch."""
