"""What is measured rather than asserted, each with the command that makes it."""
