class PlatformError(Exception):
    """The platform cannot go on: one plain sentence that says why, and what to do."""
