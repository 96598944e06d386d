"""Subscriptions to the statuses of users."""
