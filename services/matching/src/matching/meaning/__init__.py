"""What texts mean: vectors that are the closer, the closer the texts are."""
