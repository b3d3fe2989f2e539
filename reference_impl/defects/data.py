"""Planted defects: data protection and headers."""

from __future__ import annotations

from reference_impl.defects import Defect
from reference_impl.defects.wire import without

DEFECTS = (
    Defect(
        "DATA-01",
        "login has no Cache-Control",
        red=("DATA-01",),
        seams={
            "app:send_answer": without("cache-control", when=lambda exchange, _: exchange.operation_id == "loginUser")
        },
    ),
    Defect(
        "DATA-06",
        "security headers are set by the handlers, so framework errors lack them",
        red=("DATA-06",),
        seams={
            "app:send_answer": without(
                "x-content-type-options",
                "content-security-policy",
                "referrer-policy",
                when=lambda _, answer: answer.status in (404, 405, 413, 415, 500),
            )
        },
    ),
)
