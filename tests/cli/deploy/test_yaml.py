"""What is written as YAML is read as the same."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from imtui.cli.deploy.yaml import to_yaml

TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(["yes", "No", "1", "0x1", "1e3", "~", "null", "a: b", "- a", "# a", "a #b"]),
    st.sampled_from(["2001-01-01", "12:30", ".5", ".inf", "=", "<<", "a:", "@a", "%a", "*a", "&a"]),
    st.lists(st.text("ab: #'\"\t-{}\\é"), min_size=2).map(lambda lines: "\n".join(lines) + "\n"),
)
SCALARS = st.one_of(TEXTS, st.integers(-(2**53), 2**53), st.booleans())
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXTS, inner)),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES))
def test_any_value_is_read_back(value: dict[str, Any]) -> None:
    text = to_yaml(value)
    assert msgspec.yaml.decode(text) == value if value else text == ""


def test_it_reads_as_people_write_it() -> None:
    value: dict[str, Any] = {
        "name": "imtui",
        "list": ["a", "b: c", {"deep": [1, True], "text": "one\n\n  two\n"}],
        "none": [],
    }
    assert to_yaml(value) == (
        'name: imtui\nlist:\n  - a\n  - "b: c"\n  - deep:\n      - 1\n      - true\n'
        "    text: |\n      one\n\n        two\nnone: []\n"
    )
