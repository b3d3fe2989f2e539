"""
The second factor: time-based one-time codes (RFC 6238), and backup codes for the day the authenticator is lost.

`totp` and `backup_codes` accept codes, each once; `enrolment` turns the factor on and off; `verification` completes a
login that `reference_impl.challenges` has interrupted.
"""
