"""Generated input and generated histories: what nobody thought of, from the contract's own bounds."""
