"""What pyproject.toml cannot say: the README without what leads nowhere on a package index."""

import re
from pathlib import Path

from setuptools import setup

_PICTURE = re.compile(r"^!\[[^]]*\]\([^)]*\)\n\n", re.MULTILINE)
_RELATIVE_LINK = re.compile(r"\[([^]]*)\]\((?!https?:)([^)]*)\)")

_readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")

setup(
    long_description=_RELATIVE_LINK.sub(r"\1 (`\2`)", _PICTURE.sub("", _readme)),
    long_description_content_type="text/markdown",
)
