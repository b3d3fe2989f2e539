"""What generated tests send, as Hypothesis strategies: each module has one kind of value."""
