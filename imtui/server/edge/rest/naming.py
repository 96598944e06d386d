"""How the REST API spells what Python spells in snake case."""


def rest_name(name: str) -> str:
    """Return the field's spelling: ``UserID``, ``To_Account``, ``MsgBody``."""
    words = [{"id": "ID"}.get(word, word.capitalize()) for word in name.split("_")]
    if words[-1] == "Account":
        return "_".join(words)
    return "".join(words)
