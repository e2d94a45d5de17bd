"""Run a real Home Assistant with the integration against the simulators, and check what comes out."""
