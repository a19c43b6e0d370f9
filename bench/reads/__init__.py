"""Reading: the gateway beside Strawberry with data loaders, on the same rows, under one role."""
