"""Chinese characters of one form: traditional ones as simplified, so that texts and words of both are compared."""

import re
from functools import cache
from typing import Any

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def simplified(text: str) -> str:
    """Return the text with traditional characters as simplified ones, word for word unchanged (OpenCC, `t2s`)."""
    return str(_converter().convert(text)) if _HAN.search(text) else text


@cache
def _converter() -> Any:
    from opencc import OpenCC  # read only where there is Chinese

    return OpenCC("t2s")
