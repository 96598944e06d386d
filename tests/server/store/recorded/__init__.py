"""Databases of schemas 1 to 4 as old backends left them, and every answer an old backend gave.

They are the reference for the migration of the store. ``data`` holds two files per recording:
``NAME.sql`` is the database, never migrated, and ``NAME.json.xz`` holds the app's key, the
wall-clock time of the questions and all answers.

=============  =======  ===================================================================
name           made by  what it holds
=============  =======  ===================================================================
schema1        5f961b1  devices, subscriptions, friends, console settings
schema2        8c96fbe  the same, and messages
schema3        a16bc0d  the same, and friend requests, remarks, groups, blocklists, profiles
schema4        ff55a53  the same, and what the REST API does: every hard case by hand
schema4_walk   ff55a53  a seeded random walk over the API
=============  =======  ===================================================================

All answers come from ff55a53, the last commit before schema 5, on a copy of the database.

- ``asking`` and ``asking_admin`` ask a running backend everything. They know no module of the
  server.
- ``recording`` reads, writes and restores recordings.
- ``comparison`` compares answers, but for what is allowed to differ.
- ``rows`` reads the tables of schemas 1 to 4 independently of the server.
- ``record`` made the recordings. It runs an old backend (``old_backend``, ``serving``) and gives
  it a history (``make_presence``, ``make_messages``, ``make_friendships``, ``make_by_admin``,
  ``random_walk``).
"""
