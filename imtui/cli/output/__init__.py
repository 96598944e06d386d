"""The output of the commands: lines, sentences and JSON."""
