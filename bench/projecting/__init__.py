"""How the log becomes the read model: by the projector, and the limit of what lies beneath it."""
