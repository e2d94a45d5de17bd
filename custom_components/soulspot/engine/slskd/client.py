"""Ask slskd: its state, searches, downloads, events and files."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence

from ..errors import (
    InvalidReplyError,
    NotFoundError,
    PermissionDeniedError,
    RequestRejectedError,
    Service,
    UnavailableError,
)
from ..http import HttpClient, Reply
from ..model import PeerResponse
from ..ports import Clock
from . import downloads, enqueuing, event_log
from .connection import Connection, encoded, message_of, not_logged_in
from .failures import classify
from .models import (
    Batch,
    EnqueueResult,
    EventPage,
    FailureKind,
    Features,
    ListedDirectory,
    RequestedFile,
    SearchLimits,
    SearchRecord,
    ServerOptions,
    ServerStatus,
    Transfer,
    Version,
)
from .parsing import (
    parse_directory,
    parse_options,
    parse_responses,
    parse_search,
    parse_searches,
    parse_status,
    parse_version,
)
from .versions import features_of

_RESPONSES_TIMEOUT_S = 60.0
_OPTIONS_LIFETIME_S = 600.0  # slskd takes over most changes of its configuration while it runs.


class SlskdClient:
    """Speak with one slskd.

    Every method raises UnreachableError, CertificateError, UnavailableError, InvalidReplyError,
    AuthenticationError or PermissionDeniedError as HttpClient does; more where it is said.
    """

    def __init__(self, http: HttpClient, api_key: str | None, clock: Clock) -> None:
        """Take the address from `http`; the key is None for a slskd that asks for none."""
        self.connection = Connection(http, api_key, clock)
        self._features: Features | None = None
        self._options: ServerOptions | None = None
        self._options_read_at: float | None = None

    # --- The server --------------------------------------------------------------------------

    async def status(self) -> ServerStatus:
        """Return slskd's present state, with its options, which are read again every ten minutes."""
        reply = await self.connection.send("GET", "/application")
        status = parse_status(reply.data, await self._known_options())
        self._features = status.features
        return status

    async def _known_options(self) -> ServerOptions | None:
        """Return the options as last read, or None when slskd does not hand them out."""
        now = self.connection.clock.monotonic()
        if self._options_read_at is None or now - self._options_read_at > _OPTIONS_LIFETIME_S:
            self._options_read_at = now
            try:
                await self.options()
            except PermissionDeniedError, NotFoundError, InvalidReplyError:
                self._options = None
            except UnavailableError:
                pass  # Who has just told its state is not away: what was read before may still hold.
        return self._options

    async def version(self) -> Version | None:
        """Return slskd's version, or None when it cannot be read."""
        reply = await self.connection.send("GET", "/application/version")
        version = parse_version(reply.data)
        self._features = features_of(version)
        return version

    async def features(self) -> Features:
        """Return what slskd can do, asking for its version once; `status` keeps it fresh."""
        if self._features is None:
            return features_of(await self.version())
        return self._features

    async def options(self) -> ServerOptions:
        """Return what matters of slskd's configuration, and remember it for `status`."""
        reply = await self.connection.send("GET", "/options")
        self._options = parse_options(reply.data)
        return self._options

    # --- Searches ----------------------------------------------------------------------------

    async def start_search(
        self, search_id: str, text: str, limits: SearchLimits | None = None
    ) -> SearchRecord:
        """Begin a search under an id (a UUID) of the caller's.

        Raises UnavailableError `not_logged_in`, RequestRejectedError `search_rejected` for a text slskd
        cannot search, RateLimitedError `slskd_busy`. After any of them but the last slskd may keep a
        record under the id: delete it.
        """
        limits = limits or SearchLimits()
        body: dict[str, object] = {
            "id": search_id,
            "searchText": text,
            "searchTimeout": limits.timeout_ms,  # Milliseconds, whatever slskd's documentation says.
            "responseLimit": limits.response_limit,
            "fileLimit": limits.file_limit,
            "filterResponses": True,
            "minimumResponseFileCount": limits.minimum_files,
            "minimumPeerUploadSpeed": limits.minimum_upload_speed,
        }
        if limits.maximum_queue_length is not None:
            body["maximumPeerQueueLength"] = limits.maximum_queue_length
        reply = await self.connection.send_when_free("/searches", json=body, expect=(400, 409, 500))
        if reply.status == 400:
            raise RequestRejectedError(Service.SLSKD, "search_rejected")
        if reply.status == 409 or _says_not_logged_in(reply):
            raise not_logged_in()
        self.connection.http.raise_for_status(reply)
        return parse_search(reply.data)

    async def search_state(self, search_id: str) -> SearchRecord | None:
        """Return how far a search is, or None when slskd does not know it."""
        path = f"/searches/{encoded(search_id)}"
        reply = await self.connection.send("GET", path, expect=(404,))
        return parse_search(reply.data) if reply.is_success else None

    async def search_responses(self, search_id: str) -> tuple[PeerResponse, ...]:
        """Return the peers' answers: empty until the search is finished, and for an unknown id."""
        path = f"/searches/{encoded(search_id)}/responses"
        reply = await self.connection.send("GET", path, timeout=_RESPONSES_TIMEOUT_S, expect=(404,))
        if not reply.is_success:
            return ()
        # Thousands of files: in a thread the event loop gets its turns in between.
        return await asyncio.to_thread(parse_responses, reply.data)

    async def stop_search(self, search_id: str) -> None:
        """End a search early, keeping what came so far; unknown and finished ones are fine."""
        await self.connection.send("PUT", f"/searches/{encoded(search_id)}", expect=(404,))

    async def delete_search(self, search_id: str) -> None:
        """Forget a search; unknown ones are fine. A running one has to be stopped before."""
        await self.connection.send("DELETE", f"/searches/{encoded(search_id)}", expect=(404,))

    async def list_searches(self) -> tuple[SearchRecord, ...]:
        """Return all searches slskd keeps, other people's too."""
        reply = await self.connection.send("GET", "/searches")
        return parse_searches(reply.data)

    # --- Downloads ---------------------------------------------------------------------------

    async def enqueue(
        self,
        username: str,
        files: Sequence[RequestedFile],
        *,
        batch_id: str | None = None,
        destination: str | None = None,
    ) -> EnqueueResult:
        """Ask a peer for files; may take 90 seconds before 0.24.

        `batch_id` (a UUID) makes it repeatable and `destination` (a relative folder of slskd's
        downloads directory) names where the files go; both are ignored before 0.26. Files in progress
        already count as accepted. Trouble with the peer is a refusal, never an error. Raises also
        UnavailableError `not_logged_in` and RateLimitedError `slskd_busy`; after UnreachableError the
        same call may be made again.
        """
        features = await self.features()
        return await enqueuing.enqueue(
            self.connection,
            features,
            username,
            files,
            batch_id=batch_id,
            destination=destination,
        )

    async def downloads_of(self, username: str) -> tuple[Transfer, ...]:
        """Return the rows of one peer, other people's too; empty when there are none."""
        return await downloads.rows_of(self.connection, username)

    async def downloads(self) -> tuple[Transfer, ...]:
        """Return every row: megabytes on a busy slskd, so only for reconciliation."""
        return await downloads.all_rows(self.connection)

    async def download(self, username: str, transfer_id: str) -> Transfer | None:
        """Return one row, a removed one too, or None when slskd does not know it."""
        return await downloads.row(self.connection, username, transfer_id)

    async def batch(self, batch_id: str) -> Batch | None:
        """Return a batch with removed rows too, or None; only since 0.26.

        Rows that slskd made anew after a restart are not in it.
        """
        return await downloads.batch(self.connection, batch_id)

    async def cancel(self, username: str, transfer_id: str) -> None:
        """Stop a transfer; it completes a moment later. Unknown and completed ones are fine."""
        await downloads.cancel(self.connection, username, transfer_id)

    async def remove(self, username: str, transfer_id: str) -> bool:
        """Stop a transfer and take its row from slskd's list; a finished file stays.

        Returns False when slskd did not let go of it within ten seconds. For own rows only.
        """
        return await downloads.remove(self.connection, username, transfer_id)

    async def place_in_queue(self, username: str, transfer_id: str) -> int | None:
        """Return the place in the peer's queue, or None; asks the peer, so ask rarely."""
        return await downloads.place_in_queue(self.connection, username, transfer_id)

    # --- Events and files --------------------------------------------------------------------

    async def events(self, after_id: str | None = None, *, limit: int = 1_000) -> EventPage:
        """Return the downloads finished since the event `after_id`, newest first.

        Looks at `limit` events at most; without `after_id` at the newest page only.
        """
        return await event_log.read(self.connection, after_id, limit)

    async def downloads_listing(self, path: str = "") -> ListedDirectory | None:
        """Return one directory of slskd's downloads directory, or None when there is none.

        `path` is relative, as slskd wrote it in a listing.
        """
        route = "/files/downloads/directories"
        if path:
            route = f"{route}/{encoded(b64encode(path.encode()).decode())}"
        reply = await self.connection.send("GET", route, expect=(400, 404))
        return parse_directory(reply.data) if reply.is_success else None


def _says_not_logged_in(reply: Reply) -> bool:
    """Tell whether an error is about the login to Soulseek."""
    return classify(message_of(reply)).kind is FailureKind.NOT_LOGGED_IN
