"""Servers for the same message load: ``imtui serve`` and another one."""
