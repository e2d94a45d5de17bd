"""Hold how newer versions try failed downloads again."""

from dataclasses import dataclass

RETRIED_KINDS = ("TimedOut", "Errored")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Hold what `transfers.download.retry` says; delays in seconds."""

    attempts: int = 3
    delay: float = 5.0
    max_delay: float = 60.0

    def pause_before(self, attempt: int) -> float:
        """Return the pause before an attempt, counted from 2: the middle of what chance would pick."""
        longest = min(self.delay * float(2 ** (attempt - 2)), self.max_delay)
        shortest = 0.0 if attempt == 2 else longest / 2
        return (shortest + longest) / 2
