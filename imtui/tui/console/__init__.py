"""The console's screen: an app's admin sees how a backend does, and turns its switches."""
