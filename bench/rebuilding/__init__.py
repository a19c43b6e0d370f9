"""How fast the read model is made again from the log, and what readers notice of it."""
