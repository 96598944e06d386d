"""Plays the next version of imtui in every Python process that has this folder in PYTHONPATH.

It speaks one more version of the link, and its tables have one more column.
"""

from imtui.server.link import frames
from imtui.server.store.postgres import schema as tables
from imtui.server.store.sql import schema

NEXT = schema.SCHEMA_VERSION + 1
for module in (schema, tables):
    vars(module)["SCHEMA_VERSION"] = NEXT
vars(frames)["LINK_VERSION"] += 1
vars(tables)["UPGRADES"] = {NEXT: "ALTER TABLE accounts ADD COLUMN next BIGINT NOT NULL DEFAULT 0;"}
