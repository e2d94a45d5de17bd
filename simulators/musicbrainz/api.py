"""Answer as the MusicBrainz web service: lookups, browses, searches, addresses."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
import re

from aiohttp import web

from simulators.common.clock import Clock

from .entities import Database, Recording, mbid
from .includes import BadIncludeError, parse_includes
from .lookup_payloads import LookupRenderer
from .parameters import (
    RefusedRequest,
    browsed,
    checked_id,
    json_only,
    linked_id,
    paging,
    parsed_query,
    ranked,
)
from .parts import Json
from .query import Group, only_values_of
from .search_payloads import SearchRenderer

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_LARGEST_NUMBER_OF_ADDRESSES = 100


class WebService:
    """Handle the requests below /ws/2."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the database and the time."""
        self._database = database
        self._clock = clock
        self._search = SearchRenderer(database)

    def add_routes(self, application: web.Application) -> None:
        """Register the addresses."""
        answers: dict[str, Callable[[web.Request], Json]] = {
            "/ws/2/isrc/{isrc}": self._isrc,
            "/ws/2/recording": self._recordings,
            "/ws/2/recording/{id}": self._recording,
            "/ws/2/release": self._releases,
            "/ws/2/release/{id}": self._release,
            "/ws/2/release-group/{id}": self._release_group,
            "/ws/2/artist": self._artists,
            "/ws/2/artist/{id}": self._artist,
            "/ws/2/url": self._urls,
        }
        for path, answer in answers.items():
            application.router.add_get(path, json_only(answer))

    def _isrc(self, request: web.Request) -> Json:
        """List the recordings of an ISRC; JSON never shows their releases here."""
        isrc = request.match_info["isrc"]
        if _ISRC.fullmatch(isrc) is None:
            raise RefusedRequest(400, "Invalid isrc.")
        renderer = self._renderer(request, "isrc")
        recordings = self._database.recordings_of_isrc(isrc)
        if not recordings:
            raise RefusedRequest(404, "Not Found")
        shown = [renderer.recording(item, top=True, releases=False) for item in recordings]
        return {"isrc": isrc, "recordings": shown}

    def _recording(self, request: web.Request) -> Json:
        """Look up a recording."""
        renderer = self._renderer(request, "recording")
        recording = self._database.recordings.get(self._identifier(request))
        if recording is None:
            raise RefusedRequest(404, "Not Found")
        return renderer.recording(recording, top=True)

    def _release(self, request: web.Request) -> Json:
        """Look up a release."""
        renderer = self._renderer(request, "release")
        release = self._database.releases.get(self._identifier(request))
        if release is None:
            raise RefusedRequest(404, "Not Found")
        return renderer.release(release, top=True)

    def _release_group(self, request: web.Request) -> Json:
        """Look up a release group."""
        renderer = self._renderer(request, "release-group")
        group = self._database.groups.get(self._identifier(request))
        if group is None:
            raise RefusedRequest(404, "Not Found")
        return renderer.group(group, top=True)

    def _artist(self, request: web.Request) -> Json:
        """Look up an artist."""
        renderer = self._renderer(request, "artist")
        artist = self._database.artists.get(self._identifier(request))
        if artist is None:
            raise RefusedRequest(404, "Not Found")
        return renderer.artist(artist, top=True)

    def _recordings(self, request: web.Request) -> Json:
        """Search recordings, or browse those of an artist."""
        if "query" in request.query:
            query = parsed_query(request)
            describe = self._search.describe_recording
            hits = ranked(query, self._candidates(query), describe, "recording")
            return self._hits(request, "recordings", hits, self._search.recording)
        identifier = linked_id(request, "artist")
        renderer = self._renderer(request, "recording", is_browse=True)
        found = [
            item
            for item in self._database.recordings.values()
            if identifier in {credit.artist.mbid for credit in item.credits}
        ]
        return browsed(request, "recording", found, lambda item: renderer.recording(item, top=True))

    def _candidates(self, query: Group) -> Iterable[Recording]:
        """Return what a query can match: few recordings when it only lists ISRCs."""
        isrcs = only_values_of(query, "isrc")
        if isrcs is not None:
            return [
                recording
                for isrc in dict.fromkeys(isrcs)
                for recording in self._database.recordings_of_isrc(isrc.upper())
            ]
        return (item for item in self._database.recordings.values() if item.is_indexed)

    def _releases(self, request: web.Request) -> Json:
        """Search releases, or browse those of a recording or release group."""
        if "query" in request.query:
            releases = self._database.releases.values()
            hits = ranked(
                parsed_query(request),
                releases,
                self._search.describe_release,
                "release",
            )
            return self._hits(request, "releases", hits, self._search.release)
        renderer = self._renderer(request, "release", is_browse=True)
        if "release-group" in request.query:
            found = self._database.releases_of_group(linked_id(request, "release-group"))
        else:
            identifier = self._database.current(linked_id(request, "recording"))
            found = self._database.releases_of_recording(identifier)
        return browsed(request, "release", found, renderer.release)

    def _artists(self, request: web.Request) -> Json:
        """Search artists."""
        artists = self._database.artists.values()
        hits = ranked(parsed_query(request), artists, self._search.describe_artist, "artist")
        return self._hits(request, "artists", hits, self._search.artist)

    def _urls(self, request: web.Request) -> Json:
        """Look up addresses: one as it is, several as a list without the unknown ones."""
        resources = request.query.getall("resource", [])
        if not resources or len(resources) > _LARGEST_NUMBER_OF_ADDRESSES:
            raise RefusedRequest(400, "Invalid number of resource parameters.")
        try:
            includes = parse_includes("url", request.query.get("inc", ""))
        except BadIncludeError as problem:
            raise RefusedRequest(400, str(problem)) from None
        renderer = LookupRenderer(self._database, includes)
        found = [
            self._url(resource, includes, renderer)
            for resource in dict.fromkeys(resources)
            if resource in self._database.urls
        ]
        if len(resources) > 1:
            return {"url-count": len(found), "url-offset": 0, "urls": found}
        if not found:
            raise RefusedRequest(404, "Not Found")
        return found[0]

    def _url(self, resource: str, includes: frozenset[str], renderer: LookupRenderer) -> Json:
        """Render one address with the relations asked for."""
        rendered: Json = {"id": mbid("url", resource), "resource": resource}
        if includes:
            rendered["relations"] = [
                renderer.related(target)
                for target in self._database.urls[resource]
                if f"{type(target).__name__.lower()}-rels" in includes
            ]
        return rendered

    def _renderer(
        self, request: web.Request, resource: str, *, is_browse: bool = False
    ) -> LookupRenderer:
        """Return a renderer for what the request includes; filters need releases."""
        try:
            includes = parse_includes(resource, request.query.get("inc", ""), is_browse=is_browse)
        except BadIncludeError as problem:
            raise RefusedRequest(400, str(problem)) from None
        filters = {
            name: frozenset(filter(None, request.query.get(name, "").lower().split("|")))
            for name in ("status", "type")
        }
        if any(filters.values()) and "releases" not in includes:
            raise RefusedRequest(400, "status and type need releases to be included.")
        return LookupRenderer(
            self._database, includes, statuses=filters["status"], kinds=filters["type"]
        )

    def _identifier(self, request: web.Request) -> str:
        """Return the id in the path; a merged one leads to what it was merged into."""
        return self._database.current(checked_id(request.match_info["id"]))

    def _hits[Entity](
        self,
        request: web.Request,
        name: str,
        hits: list[tuple[int, Entity]],
        render: Callable[[int, Entity], Json],
    ) -> Json:
        """Render one page of search hits."""
        limit, offset = paging(request)
        created = datetime.fromtimestamp(self._clock.now(), UTC)
        return {
            "created": created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "count": len(hits),
            "offset": offset,
            name: [render(score, item) for score, item in hits[offset : offset + limit]],
        }
