"""Statuses and subscriptions."""
