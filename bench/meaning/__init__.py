"""What it costs to read texts, and how well they are compared."""
