"""The REST API of the field, for admins, and what else is served on its port.

``api`` takes requests in and sends envelopes out; ``command`` says what a command is; each service
of the field has a module with its commands and their types, from which ``openapi`` describes them.
"""
