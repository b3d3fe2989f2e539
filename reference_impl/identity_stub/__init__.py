"""A stub to go with upstream mode, which can be told to misbehave: `python -m reference_impl.identity_stub`."""
