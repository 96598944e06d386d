"""The reference page and the decisions beside it, clause by clause."""
