"""What a registration must say beside the contract's words, made up as the target's own document describes it."""
