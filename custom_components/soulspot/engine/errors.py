"""Say what went wrong in a form that can be translated and acted on."""

from enum import StrEnum
import math

from .model import Reason


class Service(StrEnum):
    """Name an outside service as it appears in texts."""

    SPOTIFY = "Spotify"
    SLSKD = "slskd"
    MUSICBRAINZ = "MusicBrainz"
    COVER_ART_ARCHIVE = "Cover Art Archive"
    ACOUSTID = "AcoustID"


class SoulSpotError(Exception):
    """Carry the translation key and placeholders of a failure."""

    translation_key = "unexpected"

    def __init__(self, translation_key: str | None = None, **placeholders: str) -> None:
        """Override the class's translation key when the cause is known better."""
        self.translation_key = translation_key or type(self).translation_key
        self.placeholders = placeholders
        super().__init__(self._describe())

    @property
    def reason(self) -> Reason:
        """Return key and placeholders in the form that is stored and shown."""
        return Reason(key=self.translation_key, placeholders=dict(self.placeholders))

    def _describe(self) -> str:
        """Return an English line for logs; placeholders never hold secrets."""
        details = ", ".join(f"{key}={value}" for key, value in self.placeholders.items())
        return f"{self.translation_key} ({details})" if details else self.translation_key


class InputError(SoulSpotError):
    """Reject what a person or an automation asked for."""

    translation_key = "invalid_input"


class StorageError(SoulSpotError):
    """Report trouble with a folder, a file or the disk."""

    translation_key = "storage_failed"


class StoreError(SoulSpotError):
    """Report trouble with the database."""

    translation_key = "store_failed"


class VerificationError(SoulSpotError):
    """Reject a downloaded file, with the reason as translation key."""

    translation_key = "verification_failed"


class ServiceError(SoulSpotError):
    """Report trouble with an outside service."""

    translation_key = "service_failed"

    def __init__(
        self, service: Service, translation_key: str | None = None, **placeholders: str
    ) -> None:
        """Name the service in the placeholders."""
        self.service = service
        super().__init__(translation_key, service=service.value, **placeholders)


class UnreachableError(ServiceError):
    """Report that no answer came: name resolution, connection or time-out."""

    translation_key = "cannot_connect"


class CertificateError(UnreachableError):
    """Report a certificate that could not be verified."""

    translation_key = "certificate_failed"


class UnavailableError(ServiceError):
    """Report an answer that says "later" (5xx)."""

    translation_key = "service_unavailable"


class InvalidReplyError(ServiceError):
    """Report an answer that is not what the service would send."""

    translation_key = "invalid_reply"


class AuthenticationError(ServiceError):
    """Report credentials that were refused (401, `invalid_grant`)."""

    translation_key = "invalid_auth"


class PermissionDeniedError(ServiceError):
    """Report an action that the credentials do not allow (403)."""

    translation_key = "permission_denied"


class NotFoundError(ServiceError):
    """Report something that does not exist (404)."""

    translation_key = "not_found"


class RequestRejectedError(ServiceError):
    """Report a request that the service understood and refused (400, 409, ...)."""

    translation_key = "request_rejected"


class RateLimitedError(ServiceError):
    """Report a limit; `retry_after` is in seconds and may be hours."""

    translation_key = "rate_limited"

    def __init__(
        self,
        service: Service,
        retry_after: float,
        translation_key: str | None = None,
        **placeholders: str,
    ) -> None:
        """Keep the pause that the service asked for."""
        self.retry_after = retry_after
        super().__init__(service, translation_key, pause=_spoken(retry_after), **placeholders)


class QuotaExceededError(RateLimitedError):
    """Report a used-up daily quota: nothing may be asked until it is over."""

    translation_key = "quota_exceeded"


def _spoken(seconds: float) -> str:
    """Return a pause as people say it: "45 s", "3 min", "13 h 35 min"; rounded up."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
