"""Check, tag, file and look after what the library holds."""
