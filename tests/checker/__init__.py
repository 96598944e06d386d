"""A checker of messages under faults: nothing lost, nothing twice, the same everywhere.

Clients and the backend are processes of their own, killed, suspended and restarted; between them is
a proxy that breaks connections. What the clients acknowledged is compared with what is there in the
end. ``python -m tests.checker --faults 1000 --seed 1`` runs it for long.
"""
