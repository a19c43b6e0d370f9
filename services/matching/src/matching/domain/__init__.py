"""The rules of matching, over the states that its events carry; no I/O."""
