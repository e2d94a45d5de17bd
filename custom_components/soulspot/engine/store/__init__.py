"""Keep everything that must survive a restart in one SQLite file."""

from .database import Database

__all__ = ["Database"]
