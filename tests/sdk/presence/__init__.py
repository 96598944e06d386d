"""Tests of statuses and subscriptions."""
