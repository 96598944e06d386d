"""What the commands print: statuses, messages, sentences, results."""
