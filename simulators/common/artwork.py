"""Draw simple cover pictures of our own, the same for the same seed."""

import asyncio
from colorsys import hsv_to_rgb
from functools import lru_cache
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageDraw

LARGEST_PICTURE = 1200


def _colour(digest: bytes, step: int) -> tuple[int, int, int]:
    """Return one colour of a palette: near hues, from dark to light."""
    hue = (digest[0] / 255 + step * digest[1] / 4096) % 1
    red, green, blue = hsv_to_rgb(hue, 0.55 - 0.07 * step, 0.3 + 0.13 * step)
    return int(red * 255), int(green * 255), int(blue * 255)


@lru_cache(maxsize=256)
def draw_cover(seed: str, size: int, image_format: str = "JPEG") -> bytes:
    """Return a square picture of so many pixels as JPEG or PNG bytes."""
    if not 1 <= size <= LARGEST_PICTURE:
        raise ValueError(f"size must lie between 1 and {LARGEST_PICTURE}")
    digest = sha256(seed.encode()).digest()
    picture = Image.new("RGB", (size, size), _colour(digest, 0))
    draw = ImageDraw.Draw(picture)
    for ring in range(4):
        radius = size * (45 - 10 * ring) // 100
        centre_x = size // 2 + (digest[20 + ring] - 128) * size // 1600
        box = (
            centre_x - radius,
            size // 2 - radius,
            centre_x + radius,
            size // 2 + radius,
        )
        draw.ellipse(box, fill=_colour(digest, ring + 1))
    height = size * digest[28] // 1024
    draw.rectangle((0, size - height, size, size), fill=_colour(digest, 2))
    buffer = BytesIO()
    picture.save(buffer, image_format)
    return buffer.getvalue()


async def draw_cover_in_thread(seed: str, size: int, image_format: str = "JPEG") -> bytes:
    """Draw without holding up the event loop."""
    return await asyncio.to_thread(draw_cover, seed, size, image_format)
