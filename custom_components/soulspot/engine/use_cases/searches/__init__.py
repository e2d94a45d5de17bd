"""Find out who shares a wanted recording, with as few searches as possible."""
