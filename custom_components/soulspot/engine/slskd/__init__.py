"""Talk to slskd: its client, its payloads and its rules."""
