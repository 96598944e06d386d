"""Random values that fit a JSON Schema, or nearly do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]
Named = Mapping[str, Values]
"""The values of fields whose names say more than their types; names in lower case without ``_``."""

_ODD: Final = 40
"""One of so many values does not fit, or is left out."""
SKIPPED: Final = 99
"""One of so many steps of a list is left out: so an example is reduced to the few that matter."""
_NESTED_MAX: Final = 3

_texts: Final = st.sampled_from(
    [
        *(
            "",
            " ",
            "a",
            "A b",
            "x" * 31,
            "x" * 33,
            "é" * 60,
            "x" * 13_000,
            "👍🏻",
            "\x00",
            "a\x00b",
        ),
        *(
            "\n",
            "\u202e",
            "\x9b1m",
            "\ud800",
            "a\udfff",
            "-",
            "../..",
            "%s",
            "c2c_",
            "@TIM#1",
            "null",
        ),
        *("AddSource_Type_Web", "Tag_Profile_IM_Nick", "Tag_SNS_IM_Group", "Tag_Profile_Custom_A"),
        *("TIMTextElem", "TIMCustomElem", "TIMFaceElem", "1", "true", "\ufeff", "١", "\u0130"),
    ]
) | st.text(max_size=12)
_integers: Final = st.sampled_from(
    [
        *(0, 1, 2, 3, 4, 5, 10, 49, 50, 51, 99, 100, 101, 500, 501, 604_801, 20_000_101),
        *(-1, -5, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1),
        *(
            1_700_000_000,
            1_700_000_060_000,
            2**63 - 1,
            2**63,
            2**64,
            -(2**63),
            -(2**63) - 1,
            10**40,
        ),
    ]
)
_floats: Final = st.sampled_from([0.0, 1.5, -0.0, 1e308, 5e-324, 1e17, 3.0])
ANYTHING: Final = st.one_of(
    st.none(),
    st.booleans(),
    _integers,
    _floats,
    _texts,
    st.sampled_from([[], {}, [[]], {"a": 1}, [None], [{}], ["a"], [1, "a"], {"": ""}]),
)
_BYTES: Final = st.sampled_from(["", "aGVsbG8=", "AA==", "A", "====", "\u00e9", "A" * 20_000])


def document(value: Any) -> str:
    """Return a value as JSON, lone surrogates included."""
    return json.dumps(value)


def values(schema: Schema, root: Schema, named: Named) -> Values:
    """Return a strategy of values that nearly fit a schema.

    Args:
        schema: The schema.
        root: The document that its references are found in.
        named: The values of some fields.
    """
    return _Maker(root, named).values(schema, _NESTED_MAX)


class _Maker:
    def __init__(self, root: Schema, named: Named) -> None:
        self._root = root
        self._named = named

    def values(self, schema: Schema, depth: int) -> Values:
        """Return the values of a schema, with objects nested ``depth`` times at most."""
        if "$ref" in schema:
            schema = self._resolved(schema["$ref"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return st.one_of(*(self.values(one, depth) for one in choices))
        if "enum" in schema:
            return st.sampled_from(list(schema["enum"]))
        if "const" in schema:
            return st.just(schema["const"])
        match schema.get("type"):
            case "object" if depth:
                return self._objects(schema, depth - 1)
            case "array":
                items = schema.get("items", {})
                return st.lists(self.values(items, depth) if items else ANYTHING, max_size=4)
            case "integer" if "maximum" in schema:
                least, most = schema.get("minimum", 0), schema["maximum"]
                return st.integers(least, min(most, least + 9)) | st.just(most) | _integers
            case "integer":
                return st.integers(0, 9) | _integers
            case "number":
                return _floats
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case "string":
                return _BYTES if schema.get("contentEncoding") else _texts
            case kinds if isinstance(kinds, Sequence) and not isinstance(kinds, str):
                return st.one_of(*(self.values({**schema, "type": one}, depth) for one in kinds))
        return ANYTHING

    def _objects(self, schema: Schema, depth: int) -> Values:
        required = schema.get("required", ())
        fields = {
            name: (self._field(name, of, depth), name in required)
            for name, of in schema.get("properties", {}).items()
        }
        if not fields:
            return st.dictionaries(_texts, ANYTHING, max_size=2)
        return _object(fields)

    def _field(self, name: str, schema: Schema, depth: int) -> Values:
        known = self._named.get(name.lower().replace("_", ""))
        if known is None:
            return self.values(schema, depth)
        if schema.get("type") == "array":
            return st.lists(known, max_size=4)
        if choices := schema.get("anyOf"):
            lists = [st.lists(known, max_size=4) for one in choices if one.get("type") == "array"]
            return st.one_of(known, *lists)
        return known

    def _resolved(self, reference: str) -> Schema:
        found: Any = self._root
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        return dict(found)


@st.composite
def _object(draw: st.DrawFn, fields: Mapping[str, tuple[Values, bool]]) -> dict[str, Any]:
    made = {}
    for name, (of, is_required) in fields.items():
        # Smaller numbers are simpler, so what fits is what an example is reduced to.
        chance = draw(st.integers(0, _ODD))
        if chance == _ODD:
            made[name] = draw(ANYTHING)
        elif chance < (_ODD - 1 if is_required else _ODD // 4):
            made[name] = draw(of)
    return made
