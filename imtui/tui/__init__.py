"""The terminal app, built on Textual.

What is imported before the first frame declares its values as msgspec's ``Struct``: a dataclass
takes thirty times as long to be made, and two dozen of those were a tenth of the wait.
"""
