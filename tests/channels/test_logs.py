"""The log: one line a happening, from which nobody learns a secret."""

from __future__ import annotations

import subprocess
import sys

import orjson

PROGRAM = """
import logging
import structlog
from channels import logs

logs.tell_by("info")

def fail(password):
    token = "canary-token"
    raise RuntimeError("đã hỏng")

structlog.get_logger("ours").info("one\\nline \\x1b[31m", who="An")
logging.getLogger("theirs").warning("số %d", 1)
structlog.get_logger("ours").debug("not told")
for log in structlog.get_logger("ours").error, logging.getLogger("theirs").error:
    try:
        fail("canary-password")
    except RuntimeError as fault:
        log("a fault", exc_info=fault)
"""


def test_each_happening_is_one_line_and_a_fault_tells_no_values() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True).stderr
    lines = [orjson.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == ["one\nline \x1b[31m", "số 1", "a fault", "a fault"]
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error"]
    assert all("T" in line["timestamp"] for line in lines)
    assert lines[2]["exception"][0]["exc_value"] == "đã hỏng"
    assert b"canary" not in said
    assert b"\x1b" not in said
