"""The line of each key of a target file, for messages that say where."""

from __future__ import annotations

from contract.targets.lines import key_lines, line_of


def test_the_line_of_a_key_is_found_in_every_way_of_writing_it() -> None:
    lines = key_lines(
        'name = "x"\n'  # 1
        'text = """\nlike = "a key"\n[and.a.table]\n"""\n'  # 2
        "[operations . loginUser]\n"  # 6
        'send = { email = "/u" }\n'
        'fixed."/a.b" = 1\n'
        '[answers."*"]\n'  # 9
        "accepted.status = 200\n"
        "[[operations.registerUser.steps]]\nrequest = 1\n"  # 11
        "[[operations.registerUser.steps]]\nrequest = 2\n"  # 13
        "[operations.registerUser.steps.send]\nemail = 3\n"  # 15
    )

    assert line_of(lines, ("text",)) == 2
    assert line_of(lines, ("like",)) is None
    assert line_of(lines, ("operations", "loginUser", "send", "email")) == 7
    assert line_of(lines, ("operations", "loginUser", "fixed", "/a.b")) == 8
    assert line_of(lines, ("answers", "*", "accepted")) == 10
    assert line_of(lines, ("operations", "registerUser", "steps", 0, "request")) == 12
    assert line_of(lines, ("operations", "registerUser", "steps", 1, "send", "email")) == 16
