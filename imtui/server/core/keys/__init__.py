"""The keys of the app, with which UserSigs are made."""
