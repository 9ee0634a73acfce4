"""Screenshots that are kept as evidence, drawn anew so that nothing but their pixels reaches a reader."""

import io

from PIL import Image, UnidentifiedImageError

WIDEST = 1600
MOST_PIXELS = 60_000_000


def redrawn(body: bytes) -> bytes | None:
    """Return a picture as a new PNG of at most 1,600 pixels either way, or `None` for what is no picture that can be drawn."""
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG", "WEBP")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            drawn = picture.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return None
    drawn.thumbnail((WIDEST, WIDEST))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()
