"""The OpenAPI description: it is valid, and nothing that fits it makes the backend fail."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from imtui.protocol.usersig import sign
from imtui.server.commands import COMMANDS
from imtui.server.commands.openapi import description
from imtui.server.node.backend import Backend
from tests.server.commands.running import running_backend

_DOCUMENT: dict[str, Any] = msgspec.json.decode(description())
# Not whether malformed requests get a 4xx: here the status is 200 whatever the envelope says.
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_INTERNAL = {command.service.internal for command in COMMANDS.values()}

schema = schemathesis.openapi.from_dict(_DOCUMENT)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, edges: int) -> Iterator[Backend]:
    with running_backend(tmp_path_factory.mktemp("data"), edges) as backend:
        yield backend


def _query(backend: Backend) -> dict[str, Any]:
    key = backend.app_key
    return {
        "sdkappid": key.sdk_app_id,
        "identifier": "administrator",
        "usersig": sign("administrator", key.sdk_app_id, key.secret_key),
        "random": 1,
        "contenttype": "json",
    }


@schema.parametrize()
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_what_fits_the_description_is_answered_as_it_says(
    case: "Case[Any]", served: Backend
) -> None:
    # The admin's proof is right, so that the commands themselves are reached.
    case.query = _query(served)
    response = case.call(base_url=served.address.rest)
    assert response.status_code == 200
    case.validate_response(response, checks=_CHECKS)
    envelope = response.json()
    assert envelope["ErrorCode"] not in _INTERNAL
    assert (envelope["ActionStatus"] == "OK") is (envelope["ErrorCode"] == 0)


@schema.parametrize()
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
def test_nobody_but_an_admin_gets_in(case: "Case[Any]", served: Backend) -> None:
    response = case.call(base_url=served.address.rest)
    assert response.status_code == 200
    assert response.json()["ActionStatus"] == "FAIL"


def test_the_description_is_served_to_anybody(served: Backend) -> None:
    answer = httpx.get(f"{served.address.rest}/openapi.json")
    assert answer.json() == _DOCUMENT
    assert set(_DOCUMENT["paths"]) == set(COMMANDS)


def test_a_former_name_may_take_the_place_of_the_present_one() -> None:
    schemas = _DOCUMENT["components"]["schemas"]
    account, history = schemas["AccountItem"], schemas["GetRoamMsg"]
    assert account["properties"]["Identifier"]["deprecated"] is True
    assert account["required"] == []
    one_of_them = {"anyOf": [{"required": ["UserID"]}, {"required": ["Identifier"]}]}
    assert account["allOf"] == [one_of_them]
    assert {"From_Account", "To_Account"} <= set(history["properties"])
    assert history["required"] == ["MaxCnt", "MinTime", "MaxTime"]
    assert "x-former-name" not in description().decode()


def test_what_the_field_does_not_have_is_marked_as_ours() -> None:
    ours = {path for path, methods in _DOCUMENT["paths"].items() if methods["post"]["x-imtui"]}
    assert {path.split("/")[2] for path in ours} == {
        "imtui_account",
        "imtui_admin",
        "imtui_console",
        "imtui_key",
        "imtui_node",
        "imtui_status",
    }
