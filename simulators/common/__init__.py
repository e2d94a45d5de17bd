"""Share what the web simulators have in common: clocks, request log, cover pictures, serving."""
