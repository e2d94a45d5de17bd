"""Draw the icons and logos in the integration's brand folder.

A map pin whose head is a record, and the record's label is a heart: the spot, the
music, the soul. Run it with `.venv/bin/python script/draw_brand.py`.
"""

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BRAND = Path(__file__).parent.parent / "custom_components" / "soulspot" / "brand"
ICON_EDGE = 256
LOGO_HEIGHT = 160
OVERSAMPLING = 8

type Colour = tuple[int, int, int]
type Point = tuple[float, float]

# The pin's geometry, in parts of the icon's edge.
HEAD: Point = (0.5, 0.415)
HEAD_RADIUS = 0.405
TIP_RADIUS = 0.045
RECORD_RADIUS = 0.32
GROOVES = (0.296, 0.266, 0.236, 0.206)
LABEL_RADIUS = 0.185
HEART_SIZE = 0.142
SPINDLE_RADIUS = 0.022
SHINE_STEPS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Hold the colours of one variant."""

    pin_top: Colour
    pin_bottom: Colour
    record: Colour
    groove: Colour
    heart: Colour
    soul: Colour
    spot: Colour


LIGHT = Palette(
    pin_top=(255, 122, 89),
    pin_bottom=(150, 43, 158),
    record=(33, 22, 54),
    groove=(82, 62, 116),
    heart=(255, 206, 92),
    soul=(33, 22, 54),
    spot=(176, 50, 140),
)
DARK = Palette(
    pin_top=(255, 140, 105),
    pin_bottom=(184, 76, 196),
    record=(29, 19, 48),
    groove=(92, 71, 128),
    heart=(255, 214, 112),
    soul=(245, 240, 250),
    spot=(255, 140, 120),
)


def circle(centre: Point, radius: float) -> tuple[float, float, float, float]:
    """Return the box around a circle, as Pillow wants it."""
    return (
        centre[0] - radius,
        centre[1] - radius,
        centre[0] + radius,
        centre[1] + radius,
    )


def pin_sides(edge: int) -> list[Point]:
    """Return the corners where the pin's straight sides touch its two circles."""
    head = (HEAD[0] * edge, HEAD[1] * edge)
    tip = (0.5 * edge, (1 - TIP_RADIUS) * edge)
    spread = (HEAD_RADIUS - TIP_RADIUS) * edge
    distance = hypot(tip[0] - head[0], tip[1] - head[1])
    # Common outer tangents of two circles leave both centres at the same angle.
    lean = atan2((distance**2 - spread**2) ** 0.5, spread)
    angles = (pi / 2 - lean, pi / 2 + lean)
    around = [
        (head, HEAD_RADIUS, angles[0]),
        (tip, TIP_RADIUS, angles[0]),
        (tip, TIP_RADIUS, angles[1]),
        (head, HEAD_RADIUS, angles[1]),
    ]
    return [
        (
            centre[0] + radius * edge * cos(angle),
            centre[1] + radius * edge * sin(angle),
        )
        for centre, radius, angle in around
    ]


def heart(centre: Point, size: float) -> list[Point]:
    """Return the outline of a heart, from the well-known sine curve."""
    steps = [2 * pi * step / 360 for step in range(360)]
    return [
        (
            centre[0] + size * sin(angle) ** 3,
            centre[1]
            - size
            / 16
            * (13 * cos(angle) - 5 * cos(2 * angle) - 2 * cos(3 * angle) - cos(4 * angle) + 1.5),
        )
        for angle in steps
    ]


def gradient(size: tuple[int, int], top: Colour, bottom: Colour) -> Image.Image:
    """Return a picture that fades from one colour to another."""
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), ramp)


def draw_shine(edge: int) -> Image.Image:
    """Return the mask of the two bands of light on the record."""
    centre = (HEAD[0] * edge, HEAD[1] * edge)
    mask = Image.new("L", (edge, edge))
    draw = ImageDraw.Draw(mask)
    for step in range(SHINE_STEPS):
        half_width = 24 * (1 - step / SHINE_STEPS)
        for middle in (-50, 130):
            draw.pieslice(
                circle(centre, RECORD_RADIUS * edge),
                middle - half_width,
                middle + half_width,
                fill=round(72 * (step / SHINE_STEPS) ** 1.5),
            )
    return mask


def draw_mark(edge: int, palette: Palette) -> Image.Image:
    """Return the pin on a transparent square."""
    large = edge * OVERSAMPLING
    centre = (HEAD[0] * large, HEAD[1] * large)

    shape = Image.new("L", (large, large))
    draw = ImageDraw.Draw(shape)
    draw.ellipse(circle(centre, HEAD_RADIUS * large), fill=255)
    draw.ellipse(circle((0.5 * large, (1 - TIP_RADIUS) * large), TIP_RADIUS * large), fill=255)
    draw.polygon(pin_sides(large), fill=255)

    mark = gradient((large, large), palette.pin_top, palette.pin_bottom)
    draw = ImageDraw.Draw(mark)
    draw.ellipse(circle(centre, RECORD_RADIUS * large), fill=palette.record)
    for radius in GROOVES:
        draw.ellipse(
            circle(centre, radius * large),
            outline=palette.groove,
            width=round(0.006 * large),
        )
    mark.paste((255, 255, 255), mask=draw_shine(large))

    draw = ImageDraw.Draw(mark)
    draw.ellipse(circle(centre, LABEL_RADIUS * large), fill=palette.record)
    draw.polygon(heart(centre, HEART_SIZE * large), fill=palette.heart)
    draw.ellipse(circle(centre, SPINDLE_RADIUS * large), fill=palette.record)

    mark.putalpha(shape)
    return mark.resize((edge, edge), Image.Resampling.LANCZOS)


def draw_logo(height: int, palette: Palette) -> Image.Image:
    """Return the pin with the name beside it."""
    mark = draw_mark(height, palette)
    mark = mark.crop(mark.getbbox())

    large = height * OVERSAMPLING
    font = ImageFont.load_default(size=0.5 * large)
    stroke = round(0.011 * large)
    words = (("Soul", palette.soul), ("Spot", palette.spot))
    canvas = Image.new("RGBA", (6 * large, large))
    start = 0.0
    for word, colour in words:
        layer = Image.new("L", canvas.size)
        ImageDraw.Draw(layer).text(
            (start, 0.5 * large),
            word,
            fill=255,
            font=font,
            anchor="lm",
            stroke_width=stroke,
        )
        canvas.paste((*colour, 255), mask=layer)
        start += font.getlength(word) + stroke
    box = canvas.getbbox()
    assert box is not None
    name = canvas.crop((box[0], 0, box[2], large))
    name = name.resize((round(name.width / OVERSAMPLING), height), Image.Resampling.LANCZOS)

    gap = round(0.13 * height)
    logo = Image.new("RGBA", (mark.width + gap + name.width, height))
    logo.paste(mark, (0, 0))
    logo.paste(name, (mark.width + gap, 0))
    return logo


def main() -> None:
    """Write every file of the brand folder."""
    BRAND.mkdir(parents=True, exist_ok=True)
    for prefix, palette in (("", LIGHT), ("dark_", DARK)):
        for suffix, scale in (("", 1), ("@2x", 2)):
            pictures = {
                "icon": draw_mark(ICON_EDGE * scale, palette),
                "logo": draw_logo(LOGO_HEIGHT * scale, palette),
            }
            for kind, picture in pictures.items():
                path = BRAND / f"{prefix}{kind}{suffix}.png"
                picture.save(path, optimize=True)
                print(f"{path.name}: {picture.width} x {picture.height}")


if __name__ == "__main__":
    main()
