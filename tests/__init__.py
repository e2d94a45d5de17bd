"""Tests of SoulSpot: the engine alone, the simulators, and the integration in Home Assistant."""
