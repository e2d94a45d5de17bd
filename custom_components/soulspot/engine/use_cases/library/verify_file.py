"""Check a downloaded file once: what is known of its content is never found out again."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import logging
from pathlib import Path

from ...errors import AuthenticationError, ServiceError
from ...library.audio import AudioProperties
from ...library.checks import Check, CheckResult
from ...library.examine import Examination, content_hash, examine_sound, examine_structure
from ...library.fingerprint import fingerprint
from ...library.verify import Expectation, Verdict, judge
from ...model import Reason, Track
from ...programs import Caller, Programs, find_programs
from ...store import verdicts
from ..context import Context
from .identify import judge_identity, not_asked

_LOGGER = logging.getLogger(__name__)


class VerifyFile:
    """Examine contents, judge files, and remember both."""

    def __init__(self, context: Context) -> None:
        """Take the rooms to work with; which helpers this machine has is looked up at each use."""
        self._context = context
        self._told_of_key = False

    async def execute(
        self,
        path: Path,
        track: Track,
        expectation: Expectation,
        *,
        username: str,
        is_chosen: bool = False,
    ) -> Verdict:
        """Return the verdict about a file that a peer sent for a track, and store it.

        A content that came before, from whomever, is not decoded again; one that was refused for what it
        is, is refused at once. Cheap checks go first: what they refuse is not listened to. When a person
        has chosen the file (`is_chosen`), what AcoustID takes it for is told, but no ground for refusal.
        Raises StorageError `file_vanished` or `file_not_readable`.
        """
        content = await self._in_thread(lambda caller: content_hash(path, caller))
        programs = await asyncio.to_thread(find_programs, self._context.settings.program_folders)
        examination, is_new = await self._known(content, path)
        verdict = judge(examination, expectation)
        if verdict.ok and examination.needs_sound(programs):
            known = examination
            examination = await self._in_thread(
                lambda caller: examine_sound(path, known, programs, caller)
            )
            verdict, is_new = judge(examination, expectation), True
        if verdict.ok and verdict.properties is not None:
            identity = await self._identify(path, verdict.properties, track, programs)
            if is_chosen:
                identity = tuple(map(_told_only, identity))
            verdict = Verdict(properties=verdict.properties, checks=(*verdict.checks, *identity))
        await self._store(content, examination if is_new else None, verdict, track, username)
        return verdict

    async def _known(self, content: str, path: Path) -> tuple[Examination, bool]:
        """Return what is known of a content, or else its structure, and whether that is new."""
        stored = await self._context.database.run(verdicts.get_examination, content)
        known = Examination.from_json(stored) if stored is not None else None
        if known is not None:
            return known, False
        return await asyncio.to_thread(examine_structure, path), True

    async def _identify(
        self, path: Path, properties: AudioProperties, track: Track, programs: Programs
    ) -> tuple[Check, ...]:
        """Return what AcoustID says, nothing at all without a key."""
        client = self._context.acoustid
        if client is None:
            return ()
        if programs.fpcalc is None:
            return (not_asked(Reason(key="no_fpcalc")),)
        taken = await self._in_thread(
            lambda caller: fingerprint(path, properties.format, programs, caller)
        )
        if taken is None:
            return (not_asked(Reason(key="no_fingerprint")),)
        length = (properties.duration_ms or taken.duration_s * 1000) / 1000
        try:
            found = await client.look_up(taken.text, max(round(length), 1))
        except ServiceError as error:
            self._tell(error)
            return (not_asked(error.reason),)
        self._told_of_key = False
        return (judge_identity(track, found),)

    def _tell(self, error: ServiceError) -> None:
        """Log what keeps AcoustID from answering; a key that is refused once, aloud."""
        if not isinstance(error, AuthenticationError):
            _LOGGER.debug("AcoustID was not asked: %s", error)
        elif not self._told_of_key:
            self._told_of_key = True
            _LOGGER.warning("AcoustID refuses the key: recordings are filed without its check")

    async def _store(
        self,
        content: str,
        examination: Examination | None,
        verdict: Verdict,
        track: Track,
        username: str,
    ) -> None:
        """Remember what was found out."""
        database, now = self._context.database, self._context.clock.now()
        if examination is not None:
            await database.run(verdicts.save_examination, content, examination.to_json(), now=now)
        await database.run(
            verdicts.save_verdict,
            track.id,
            content=content,
            username=username,
            reason=verdict.reason,
            data=verdict.to_json(),
            now=now,
        )

    async def _in_thread[T](self, work: Callable[[Caller], T]) -> T:
        """Run blocking work in a thread; programs it has started die with a cancelled caller."""
        caller = Caller()
        try:
            return await asyncio.to_thread(work, caller)
        except asyncio.CancelledError:
            caller.leave()
            raise


def _told_only(check: Check) -> Check:
    """Return a check that refuses nothing."""
    is_failed = check.result is CheckResult.FAILED
    return replace(check, result=CheckResult.ADVISORY) if is_failed else check
