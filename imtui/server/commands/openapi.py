"""The OpenAPI 3.1 description of the REST API, generated from its types."""

from functools import cache
from typing import Any, Final

import msgspec
from msgspec import Struct

from imtui import __version__
from imtui.protocol.rest.reading import FORMER_NAME
from imtui.protocol.wire_names import rest_name
from imtui.server.commands import COMMANDS
from imtui.server.commands.command import Command

_REF: Final = "#/components/schemas/{name}"


class Envelope(Struct, frozen=True, rename=rest_name):
    """The fields of every answer; the HTTP status is 200 also for errors."""

    action_status: str
    """``OK`` or ``FAIL``."""
    error_code: int
    """0, or the field's code."""
    error_info: str
    error_display: str = ""
    """In some services only."""


@cache
def description() -> bytes:
    """Return the description as JSON."""
    types: list[Any] = [Envelope]
    for command in COMMANDS.values():
        types += [command.request, command.response]
    schemas, components = msgspec.json.schema_components(
        list(dict.fromkeys(types)), ref_template=_REF
    )
    references = dict(zip(dict.fromkeys(types), schemas, strict=True))
    for component in components.values():
        _add_former_names(component)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "The REST API of imtui's backend",
            "version": __version__,
            "description": "Commands for an app's admins, in the form of the field.",
        },
        "paths": {
            command.path: {"post": _operation(command, references)} for command in COMMANDS.values()
        },
        "components": {"schemas": components},
    }
    return msgspec.json.encode(document)


def _add_former_names(component: dict[str, Any]) -> None:
    """Describe the fields that may have a former name in place of their present one."""
    properties, required = component.get("properties", {}), component.get("required", [])
    for name, schema in list(properties.items()):
        former = schema.pop(FORMER_NAME, None)
        if former is not None:
            description = f"The former name of {name}."
            properties[former] = {**schema, "deprecated": True, "description": description}
            required.remove(name)
            one_of_them = {"anyOf": [{"required": [name]}, {"required": [former]}]}
            component.setdefault("allOf", []).append(one_of_them)


def _operation(command: Command, references: dict[Any, Any]) -> dict[str, Any]:
    answer = {"allOf": [references[Envelope], references[command.response]]}
    refusal = references[Envelope]
    return {
        "operationId": f"{command.service.name}.{command.name}",
        "summary": command.summary,
        "tags": [command.service.name],
        "x-imtui": command.service.is_extension,
        "x-calls-per-second": command.rate,
        "x-role": command.role,
        "parameters": [_parameter(*parameter) for parameter in _PARAMETERS],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": references[command.request]}},
        },
        "responses": {
            "200": {
                "description": "The result or an error.",
                "content": {"application/json": {"schema": {"anyOf": [answer, refusal]}}},
            }
        },
    }


_PARAMETERS: Final = (
    ("sdkappid", {"type": "integer"}, "The app."),
    ("identifier", {"type": "string"}, "The caller: an admin of the app."),
    ("usersig", {"type": "string"}, "The admin's UserSig."),
    ("random", {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}, "Any number."),
    ("contenttype", {"const": "json"}, "The form of the body."),
)


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": name in ("sdkappid", "identifier", "usersig"),
        "description": description,
        "schema": schema,
    }
