"""Windows and macOS, played on the system of the tests."""
