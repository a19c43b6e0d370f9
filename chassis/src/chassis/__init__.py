"""The mechanism every Cairn service stands on."""
