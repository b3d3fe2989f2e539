"""A target file drafted from an OpenAPI document: `python -m contract init`."""
