"""One GraphQL API over the whole network."""
