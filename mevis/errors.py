"""Errors that a user can mend."""


class UserError(ValueError):
    """Bad input; the message names the file or key and the mend, so no traceback is needed."""
