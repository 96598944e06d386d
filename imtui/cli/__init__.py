"""The commands: one module for each verb, importing what is heavy only when it runs."""
