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


REQUESTS = """
import asyncio, os, structlog
from channels import logs

logs.tell_by("info")

async def main():
    logs.tell_request({"request_id": "one", "status": 200})
    await asyncio.sleep(0.1)
    os.write(2, b"a moment later\\n")
    logs.tell_request({"request_id": "two"})
    logs.tell_request({"request_id": "three"})
    structlog.get_logger("ours").error("a fault")
    os.write(2, b"at once\\n")
    logs.tell_request({"request_id": "last"})

asyncio.run(main())
logs.tell_request({"request_id": "without a loop"})
"""


def test_requests_are_told_in_order_together_with_others_and_none_is_lost() -> None:
    said = subprocess.run([sys.executable, "-c", REQUESTS], capture_output=True, check=True).stderr.splitlines()
    assert said[1] == b"a moment later"
    assert said[5] == b"at once"
    lines = [orjson.loads(said[place]) for place in (0, 2, 3, 4, 6, 7)]
    assert [line.get("request_id") for line in lines] == ["one", "two", "three", None, "last", "without a loop"]
    assert [line["event"] for line in lines] == ["graphql", "graphql", "graphql", "a fault", "graphql", "graphql"]
    assert set(lines[0]) == {"request_id", "status", "event", "level", "timestamp"}
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_requests_are_not_told_where_only_graver_things_are_wanted() -> None:
    quiet = REQUESTS.replace('"info"', '"error"')
    said = subprocess.run([sys.executable, "-c", quiet], capture_output=True, check=True).stderr.splitlines()
    assert said[0::2] == [b"a moment later", b"at once"]
    assert orjson.loads(said[1])["event"] == "a fault"


FULL = """
import os, structlog
from channels import logs

logs.tell_by("info")
before = os.dup(2)
os.dup2(os.open("/dev/full", os.O_WRONLY), 2)
for number in range(600):
    logs.tell_request({"request_id": str(number)})
structlog.get_logger("ours").error("a fault")
os.dup2(before, 2)
structlog.get_logger("ours").error("another fault")
structlog.get_logger("ours").error("and one more")
"""


def test_where_the_disk_is_full_lines_are_lost_and_counted_and_nobody_fails_by_them() -> None:
    """F16."""
    done = subprocess.run([sys.executable, "-c", FULL], capture_output=True, check=True)
    lines = [orjson.loads(line) for line in done.stderr.splitlines() if line.endswith(b"}")]
    assert [line["event"] for line in lines][-2:] == ["another fault", "and one more"]
    told = [line["lost"] for line in lines if line["event"] == "lines could not be written and are lost"]
    assert max(told) == 601
