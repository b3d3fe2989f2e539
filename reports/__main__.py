"""`python -m reports`: what a run left, as people read it and as machines take it. No network."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from reports.command import main

if isinstance(sys.stdout, TextIOWrapper):
    sys.stdout.reconfigure(errors="backslashreplace")  # a message may hold what the terminal cannot show
try:
    code = main(sys.argv[1:])
    sys.stdout.flush()
except BrokenPipeError:  # the reader, such as `head`, had enough
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code = 0
raise SystemExit(code)
