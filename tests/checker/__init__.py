"""A checker for messages under faults: none is lost or doubled, and all devices agree.

Clients and the backend run in their own processes, which the checker kills, suspends and restarts;
a proxy between them breaks connections. In the end, the checker compares the acknowledged
operations with the state of all devices. ``python -m tests.checker --faults 1000 --seed 1`` starts
a long run; ``--edges 2`` has one over edges and a core, ``--nodes 3`` over nodes that share a
PostgreSQL, and ``--only 'kill core' 'stop core'`` one of some kinds of faults.
"""
