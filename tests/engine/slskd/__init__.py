"""Tests of the client for slskd."""
