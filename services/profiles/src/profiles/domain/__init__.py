"""The rules of profiles: pure functions, without input or output."""
