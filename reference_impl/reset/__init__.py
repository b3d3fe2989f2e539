"""A forgotten password: `asking` sends a link by mail, `redeeming` sets a new password with the token in it."""
