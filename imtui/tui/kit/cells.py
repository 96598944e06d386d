"""Measure text in terminal cells, and shorten it."""

from rich import cells


def cell_len(text: str) -> int:
    """Return how many cells a text takes."""
    # Rich would cache the last thousands of texts, most of which are plain ASCII.
    return len(text) if text.isascii() and text.isprintable() else cells.cell_len(text)


def fit(text: str, width: int, ellipsis: str = "…") -> str:
    """Return ``text`` cut to at most ``width`` cells, with an ellipsis if it was cut.

    Wide characters count two cells and are never cut in half.
    """
    if cell_len(text) <= width:
        return text
    room = width - len(ellipsis)
    if room < 0:
        return ellipsis[: max(width, 0)]
    used, kept = 0, []
    for char in text:
        used += cell_len(char)
        if used > room:
            break
        kept.append(char)
    return "".join(kept).rstrip() + ellipsis


def column(text: str, width: int, ellipsis: str = "…") -> str:
    """Return ``text`` cut or padded to exactly ``width`` cells."""
    fitted = fit(text, width, ellipsis)
    return fitted + " " * (width - cell_len(fitted))
