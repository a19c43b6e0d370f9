"""What stands in for an organisation's own systems: its token issuer and its mail server."""
