"""Simulate the outside services SoulSpot talks to, on 127.0.0.1 only."""
