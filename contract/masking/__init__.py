"""
Blanking secrets before anything is written: by value, by place and by shape, whatever they are encoded in.

By value: every `Secret` ever made in this process. By place: under a secret's name in JSON, a form, a query, a cookie
or a header. By shape: JWTs and long random strings. Names, UUIDs, dates, paths, problem types and words stay readable.
"""

from contract.masking.canary import contains_secret
from contract.masking.exchange import BODY_SHOWN, mask_body, mask_exchange, mask_headers
from contract.masking.text import mask_text

__all__ = ["BODY_SHOWN", "contains_secret", "mask_body", "mask_exchange", "mask_headers", "mask_text"]
