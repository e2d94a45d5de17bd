"""Tell an image by its content, not by what its sender calls it."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


def image_type(data: bytes) -> str | None:
    """Return "image/jpeg" or "image/png" by the first bytes, or None for anything else."""
    return next(
        (media_type for start, media_type in _SIGNATURES if data.startswith(start)),
        None,
    )
