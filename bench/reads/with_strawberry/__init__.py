"""The same API as far as the three operations go, as one usually writes it with Strawberry."""
