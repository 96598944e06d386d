"""Field names of the wire and of the REST API, from Python's names."""


def wire_name(field_name: str) -> str:
    """Return a snake_case name as the wire spells it: ``user_id_list`` is ``userIDList``."""
    first, *rest = field_name.split("_")
    return first + "".join("ID" if word == "id" else word.capitalize() for word in rest)


def rest_name(field_name: str) -> str:
    """Return a snake_case name as the REST API spells it: ``UserID``, ``To_Account``."""
    words = ["ID" if word == "id" else word.capitalize() for word in field_name.split("_")]
    return ("_" if words[-1] == "Account" else "").join(words)
