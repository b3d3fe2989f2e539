"""Target files: how a deployed API speaks, in contract words."""
