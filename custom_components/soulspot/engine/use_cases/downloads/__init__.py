"""Bring wanted files here, and keep an eye on what is under way."""
