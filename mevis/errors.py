"""Errors that a user can fix."""


class UserError(ValueError):
    """Bad input; the message names the file or key and the fix, so no traceback is needed."""
