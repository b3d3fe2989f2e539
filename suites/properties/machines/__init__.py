"""Histories that Hypothesis makes up step by step, beside a small model of what must be true: one truth a machine."""
