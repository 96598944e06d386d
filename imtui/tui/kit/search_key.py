"""Normalize text for searching."""

from unicodedata import combining, normalize


def search_key(text: str) -> str:
    """Return a text without case and accents, so that ``obed`` finds ``Oběd``."""
    if text.isascii():
        return text.casefold()
    return "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char))
