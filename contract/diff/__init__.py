"""Two versions of an OpenAPI document: what changed, what it means to clients, and what it means to security."""
