"""The rules, over the states that the events carry; no I/O."""
