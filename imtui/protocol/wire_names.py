"""How a Python field name is spelled on the wire."""


def wire_name(field_name: str) -> str:
    """Spell a snake_case name as the reference page does: ``user_id_list`` is ``userIDList``."""
    first, *rest = field_name.split("_")
    return first + "".join("ID" if word == "id" else word.capitalize() for word in rest)
