"""The backend of this tree beside that of another commit, and beside itself with less to keep."""
