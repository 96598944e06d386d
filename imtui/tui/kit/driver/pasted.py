"""What a paste is to the app: text, without what terminals would act on."""

import re
from typing import Final

_SEQUENCE: Final = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b\][^\x07\x1b\n\r]*(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b\n\r]*\x1b\\"
    r"|\x1b[ -/]+[0-~]"
)
_LINE_END: Final = re.compile(r"\r\n?|\x85")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def pasted_text(raw: str) -> str:
    """Return what was pasted, without control sequences and controls; lines end with LF.

    The sequences of coloured output vanish as a whole, and all other text stays.
    """
    text = _LINE_END.sub("\n", _SEQUENCE.sub("", raw))
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
