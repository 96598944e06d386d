"""The protocol between client and backend; README.md beside this file describes it in full."""
