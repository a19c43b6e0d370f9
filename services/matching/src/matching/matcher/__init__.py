"""The matcher: from a frozen pool to an assignment; pure, and always the same for the same pool."""
