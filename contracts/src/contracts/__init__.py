"""What Cairn's services say to one another."""
