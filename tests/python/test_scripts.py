"""The two scripts of ``examples/``, as a user runs them, on a real broker."""

from __future__ import annotations

import datetime as dt
import json
import pathlib
import re
import subprocess
import sys

import confluent_kafka
import pytest
from conftest import ROOT, wait_until

pytestmark = pytest.mark.broker

EXAMPLES = ROOT / "examples"


def run(script, broker, *arguments):
    command = [sys.executable, str(EXAMPLES / script), "--bootstrap", broker.bootstrap, "--registry", broker.registry]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=800)


def numbers(pattern, text):
    return [int(found.replace(",", "")) for found in re.findall(pattern, text)]


def test_append_vs_blink(own_broker):
    broker = own_broker("--trades", "2000000", "--rate", "5000")
    # A machine that has much else to do takes longer to read the backlog.
    for seconds in (25, 75, 300):
        done = run("append_vs_blink.py", broker, "--seconds", str(seconds), "--every", "1")
        out = done.stdout
        assert set(numbers(r"differed at (\d+) of them", out)) <= {0}, out
        append_rows = numbers(r"append: +([\d,]+) rows", out)
        append_bytes, blink_bytes = (
            numbers(rf"{name}: +[\d,]+ rows, +([\d,]+) bytes", out) for name in ("append", "blink")
        )
        # It is read, and is in the table; trades trickle in.
        steps = zip(append_rows, append_bytes)
        live = [i for i, (rows, kept) in enumerate(steps) if rows > 1_000_000 and kept > 30_000_000][2:]
        if len(live) > 5:
            break
    assert done.returncode == 0, out + done.stderr
    start = numbers(r"from offset ([\d,]+)", out)[0]
    assert 999_000 < start < sum(broker.end_offsets(topic="crypto.trades")["offsets"].values()) - 1_000_000
    assert numbers(r"at (\d+) steps", out)[-1] > 0
    assert len(live) > 5, "the backlog took too long to read"
    first, last = live[0], live[-1]
    assert append_rows[last] > append_rows[first]
    assert append_bytes[last] > append_bytes[first]
    # A cycle that came late has many rows; most have few.
    assert sorted(blink_bytes[i] for i in live)[len(live) // 2] < 1_000_000
    assert "blink, this cycle" in out


def test_service_use_anomalies(own_broker, history: pathlib.Path):
    broker = own_broker()
    planted = broker.produce_services()["anomalies"]
    expected = sorted((record["timestamp"], record["value"]) for record in planted if record["service"] == "checkout")
    assert expected
    done = run("service_use_anomalies.py", broker, "--history", str(history), "--until-done")
    out = done.stdout
    assert done.returncode == 0, out + done.stderr
    assert numbers(r"in [\d.]+ ms: ([\d,]+) bytes", out)[0] < 2_000_000
    printed = re.findall(r"^anomaly: (\S+)Z checkout ([\d,]+) ", out, re.M)
    assert sorted((_millis(ts), int(value.replace(",", ""))) for ts, value in printed) == expected
    records = _read_all(broker, "service.anomalies", len(expected))
    assert sorted((_millis(r["Timestamp"]), r["Value"]) for r in records) == expected
    assert all(abs(r["PredictedPct"] - 100) > 5 and r["ServiceName"] == "checkout" for r in records)
    assert all(abs(r["Value"] - r["Predicted"] - r["PredictedDiff"]) < 1e-6 for r in records)


def _millis(moment):
    """Milliseconds since the epoch of ISO text, or of an integer of nanoseconds."""
    if isinstance(moment, int):
        return moment // 1_000_000
    parsed = dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", moment).removesuffix("Z"))
    return round(parsed.replace(tzinfo=dt.timezone.utc).timestamp() * 1000)


def _read_all(broker, topic, count):
    """The records of a topic by an independent consumer; more than `count` would be seen too."""
    consumer = confluent_kafka.Consumer(
        {"bootstrap.servers": broker.bootstrap, "group.id": "check", "auto.offset.reset": "earliest"}
    )
    consumer.assign([confluent_kafka.TopicPartition(topic, 0, confluent_kafka.OFFSET_BEGINNING)])
    records, quiet = [], 0

    def poll():
        nonlocal quiet
        message = consumer.poll(0.2)
        if message is not None and message.error() is None:
            records.append(json.loads(message.value()))
            quiet = 0
        else:
            quiet += 1
        return len(records) >= count and quiet >= 5

    wait_until(poll, 60, f"{count} records of {topic}")
    consumer.close()
    return records
