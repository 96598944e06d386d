"""How a Python field name is spelled on the wire, and by the REST API."""


def wire_name(field_name: str) -> str:
    """Spell a snake_case name as the reference page does: ``user_id_list`` is ``userIDList``."""
    first, *rest = field_name.split("_")
    return first + "".join("ID" if word == "id" else word.capitalize() for word in rest)


def rest_name(field_name: str) -> str:
    """Spell a snake_case name as the REST API does: ``UserID``, ``To_Account``, ``MsgBody``."""
    words = ["ID" if word == "id" else word.capitalize() for word in field_name.split("_")]
    return ("_" if words[-1] == "Account" else "").join(words)
