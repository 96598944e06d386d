"""The base of every request and answer of the REST API."""

from msgspec import Struct

from imtui.protocol.wire_names import rest_name


class Body(Struct, frozen=True, rename=rest_name):
    """A JSON object of the REST API, with the names that the field's API uses."""
