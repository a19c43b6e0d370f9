"""Reading: the gateway beside others, on the same rows, each with its own way to authorise."""
