"""Say what each version of slskd can do."""

from .models import Features, Support, Version

MINIMUM_VERSION = Version(0, 22, 0)
FULL_VERSION = Version(0, 24, 4)

_NEWEST = Version(9999, 0, 0)


def features_of(version: Version | None) -> Features:
    """Return what a version can do.

    A build from source counts as newest. An unknown version (None) gets what works everywhere.
    """
    if version is None:
        return _UNKNOWN
    if version.is_development:
        version = _NEWEST
    return Features(
        support=_support(version),
        events=version >= Version(0, 22, 0),
        asynchronous_enqueue=version >= Version(0, 24, 0),
        concurrency_limits=version >= Version(0, 24, 0),
        failure_kinds=version >= Version(0, 24, 0),
        forgiving_delete=version >= Version(0, 24, 2),
        enqueue_outlives_request=not Version(0, 24, 0) <= version < Version(0, 24, 4),
        batches=version >= Version(0, 26, 0),
        automatic_retries=version >= Version(0, 26, 0),
    )


def _support(version: Version) -> Support:
    """Return how well a version is supported."""
    if version >= FULL_VERSION:
        return Support.FULL
    return Support.TOLERATED if version >= MINIMUM_VERSION else Support.UNSUPPORTED


_UNKNOWN = Features(
    support=Support.TOLERATED,
    events=True,
    asynchronous_enqueue=False,
    concurrency_limits=True,
    failure_kinds=False,
    forgiving_delete=False,
    enqueue_outlives_request=False,
    batches=False,
    automatic_retries=True,
)
