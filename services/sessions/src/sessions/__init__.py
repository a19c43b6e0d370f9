"""Sessions, goals and feedback."""
