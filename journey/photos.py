"""Papers as a phone photographs them, and a certificate as an office scans it. Made here, of nobody."""

import hashlib
import io
import random
from dataclasses import dataclass, field

from PIL import Image, ImageDraw, ImageFont

_SHEET = (1240, 1754)
_INK, _STAMP = (40, 40, 60), (190, 30, 40)


@dataclass(frozen=True, slots=True)
class File:
    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)


def photograph(name: str, lines: tuple[str, ...], *, seed: int = 1) -> File:
    """A sheet of paper on a table, as JPEG; the noise is what a sensor adds, and makes it as large as real ones."""
    sheet = _sheet(lines)
    dice = random.Random(seed)
    photo = Image.new("RGB", (1440, 1920), (96 + dice.randrange(20), 82, 70))
    turned = sheet.rotate(dice.uniform(-2.5, 2.5), resample=Image.Resampling.BILINEAR, fillcolor=(96, 82, 70))
    photo.paste(turned, (100, 83))
    grain = Image.effect_noise(photo.size, 24).convert("RGB")
    return File(name, "image/jpeg", _saved(Image.blend(photo, grain, 0.18), "JPEG", quality=88))


def scan(name: str, lines: tuple[str, ...]) -> File:
    """A stamped sheet as PDF."""
    sheet = _sheet(lines)
    pen = ImageDraw.Draw(sheet)
    pen.ellipse((800, 1250, 1100, 1550), outline=_STAMP, width=8)
    pen.ellipse((830, 1280, 1070, 1520), outline=_STAMP, width=3)
    return File(name, "application/pdf", _saved(sheet, "PDF", resolution=150))


def _sheet(lines: tuple[str, ...]) -> Image.Image:
    sheet = Image.new("RGB", _SHEET, (246, 244, 238))
    pen = ImageDraw.Draw(sheet)
    for place, line in enumerate(lines):
        pen.text((110, 140 + 70 * place), line, fill=_INK, font=ImageFont.load_default(40 if place else 52))
    return sheet


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    octets = io.BytesIO()
    image.save(octets, kind, **options)
    return octets.getvalue()
