"""The mechanism that every Cairn service stands on; it knows no mentor."""
