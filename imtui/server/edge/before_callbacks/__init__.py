"""Callbacks that ask the app's own server before something happens."""
