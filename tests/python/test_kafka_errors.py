"""Bad records: what becomes of them, how they come back; and how much a table keeps."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import textwrap

import confluent_kafka
import pytest
from conftest import wait_until
from kinetable import DHError, agg, dtypes
from kinetable import kafka_consumer as kc
from kinetable._limits import limits
from kinetable.update_graph import exclusive_lock

broker_test = pytest.mark.broker

SPEC = kc.json_spec({"Sym": dtypes.string, "Size": dtypes.long})


def consume(broker, topic, **options):
    options.setdefault("table_type", kc.TableType.append())
    options.setdefault("value_spec", SPEC)
    return kc.consume(
        {**broker.config, **options.pop("config", {})},
        topic,
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=kc.KeyValueSpec.IGNORE,
        **options,
    )


def cells(table, *columns):
    return [tuple(row.values()) for row in table.iter_dict(list(columns))]


def test_limits_are_rows_bytes_or_age():
    assert limits(1_000_000) == (1_000_000, None, None)
    assert limits("500MB") == (None, 500_000_000, None)
    assert limits("1.5 GiB") == (None, 3 * 2**29, None)
    hour = 3_600_000_000_000
    for age in ("1h", "60 min", "3600s", "PT1H", dt.timedelta(hours=1)):
        assert limits(age) == (None, None, hour)
    assert limits([1_000, "1h", "1MB"]) == (1_000, 1_000_000, hour)
    for wrong in (0, True, "much", "5 light-years", "Pxy", [1, 2], 1.5):
        with pytest.raises(DHError):
            limits(wrong)


@broker_test
def test_each_policy(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, {"Sym": "A", "Size": 1}, "{", {"Sym": "B", "Size": 2})
    skipping = consume(broker, topic, on_error="skip")
    wait_until(lambda: skipping.stats()["errors"] == 1 and skipping.size == 2)
    assert skipping.errors.size == 0
    nulls = consume(broker, topic, on_error="null")
    wait_until(lambda: nulls.size == 3 and nulls.errors.size == 1)
    assert cells(nulls, "Sym", "Size") == [("A", 1), (None, None), ("B", 2)]
    failing = consume(broker, topic, on_error="fail")
    wait_until(lambda: failing.is_failed)
    assert cells(failing, "Sym") == [("A",)]
    with pytest.raises(DHError, match="offset 1 of partition 0"):
        failing.where("Size > 0")
    with pytest.raises(DHError, match='"dead_letter", "skip", "fail" or "null"'):
        consume(broker, topic, on_error="ignore")


@broker_test
@pytest.mark.parametrize("kind", ["append", "blink"])
def test_replay_with_another_spec(broker, topic, kind):
    broker.create_topic(topic=topic)
    with exclusive_lock(None):  # no rows of a blink table pass before they are counted
        table = consume(broker, topic, table_type=getattr(kc.TableType, kind)())
        sums = table.agg_by([agg.sum_("Size"), agg.count_("Rows")])
    broker.put(topic, {"Sym": "A", "Size": 1}, {"Sym": "B", "Size": {"n": 2}}, {"Sym": "C", "Size": {"n": 3}}, "{")
    wait_until(lambda: table.errors.size == 3 and sums.size == 1)
    deep = kc.json_spec({"Sym": dtypes.string, "Size": dtypes.long}, mapping={"/Size/n": "Size"})
    assert table.replay_errors() == (0, 3)
    done = table.replay_errors(value_spec=deep)
    assert (done.replayed, done.remaining) == (2, 1)
    wait_until(lambda: cells(sums, "Size", "Rows") == [(6, 3)])
    wait_until(lambda: table.errors.size == 1)
    assert cells(table.errors, "Offset", "Side") == [(3, "value")]
    if kind == "append":
        assert cells(table, "KafkaOffset", "Sym") == [(0, "A"), (1, "B"), (2, "C")]
    with pytest.raises(DHError, match="the table has Sym"):
        table.replay_errors(value_spec=kc.simple_spec("V", dtypes.string))


@broker_test
def test_dead_letters_reach_another_client(broker, topic):
    broker.create_topic(topic=topic)
    post = f"{topic}-letters"
    broker.create_topic(topic=post)
    table = consume(broker, topic, dead_letter_topic=post)
    broker.put(topic, {"Sym": "A", "Size": 1}, "bad", {"Sym": "B", "Size": "x"})
    wait_until(lambda: table.stats()["dead_letters_delivered"] == 2)
    client = confluent_kafka.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": f"check-{post}"})
    client.assign([confluent_kafka.TopicPartition(post, 0, confluent_kafka.OFFSET_BEGINNING)])

    def letter():
        message = client.poll(0.5)
        return message if message is not None and message.error() is None else None

    first = wait_until(letter)
    assert first.value() == b"bad"
    headers = dict(first.headers())
    assert headers["kinetable.error.topic"] == topic.encode()
    assert headers["kinetable.error.offset"] == b"1"
    assert headers["kinetable.error.side"] == b"value"
    client.close()
    with pytest.raises(DHError, match="bad records are not put anywhere"):
        consume(broker, topic, dead_letter_topic=post, on_error="skip")


@broker_test
def test_too_many_errors_pause_the_source_if_asked(broker, topic):
    broker.create_topic(topic=topic)
    broker.put(topic, *(["bad"] * 50))
    config = {"kinetable.errors.rate.window": 20, "kinetable.errors.rate.action": "pause"}
    table = consume(broker, topic, config=config)
    wait_until(lambda: table.stats()["state"] == "ATTENTION")
    assert "expected: Sym Utf8View, Size Int64" in table.stats()["detail"]
    broker.put(topic, {"Sym": "A", "Size": 1})
    table.resume()
    wait_until(lambda: table.size == 1)
    wait_until(lambda: table.stats()["state"] == "RUNNING")


@broker_test
def test_a_formula_error_costs_its_cell_alone(broker, topic):
    """A poison record that decodes well: the formula that fails on it is null there, and recorded."""
    broker.create_topic(topic=topic)
    table = consume(broker, topic)

    def half(size: int) -> int:
        if size == 13:
            raise ValueError("unlucky")
        return size // 2

    halves = table.update("Half = half(Size)")
    broker.put(topic, {"Sym": "A", "Size": 4}, {"Sym": "B", "Size": 13}, {"Sym": "C", "Size": 8})
    wait_until(lambda: halves.size == 3)
    assert cells(halves, "Sym", "Half") == [("A", 2), ("B", None), ("C", 4)]
    assert not halves.is_failed and table.errors.size == 0
    wait_until(lambda: halves.errors.size == 1)
    assert cells(halves.errors, "Column") == [("Half",)] and "unlucky" in cells(halves.errors, "Message")[0][0]


@broker_test
def test_keep_by_rows_and_by_age(broker, topic):
    broker.create_topic(topic=topic)
    table = consume(broker, topic, keep=100, table_type=None)
    young = consume(broker, topic, keep="400ms")
    total = table.agg_by([agg.count_("Rows")])
    for start in range(0, 1_000, 100):
        broker.put(topic, *({"Sym": "A", "Size": size} for size in range(start, start + 100)))
    wait_until(lambda: table.stats()["rows"] == 1_000 and table.stats()["queued_rows"] == 0)
    wait_until(lambda: cells(table.tail(1), "Size") == [(999,)])
    kept = [size for (size,) in cells(table, "Size")]
    assert 100 <= len(kept) <= 112 and kept == list(range(1_000 - len(kept), 1_000))
    wait_until(lambda: cells(total, "Rows") == [(len(kept),)])
    wait_until(lambda: young.stats()["rows"] == 1_000 and young.size == 0, what="rows that grew old")
    with pytest.raises(DHError, match="no append table"):
        consume(broker, topic, keep=5, table_type=kc.TableType.blink())


READER = """
    import resource, sys, time
    from kinetable import agg, dtypes, kafka_consumer as kc
    from kinetable.update_graph import exclusive_lock
    config = {"bootstrap.servers": sys.argv[1], "queued.max.messages.kbytes": 8_000,
              "kinetable.queue.bytes.max": 8_000_000}
    def consume(topic, **options):
        return kc.consume(config, topic, offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING, key_spec=kc.KeyValueSpec.IGNORE,
                          value_spec=kc.simple_spec("V", dtypes.string), **options)
    def wait(condition):
        deadline = time.monotonic() + 240
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    def peak():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    topic, records, before = sys.argv[2], int(sys.argv[3]), peak()
    kept = consume(topic, keep="10MB")
    wait(lambda: kept.stats()["rows"] == records and kept.stats()["queued_rows"] == 0)
    assert 0 < kc.memory_used() < 60_000_000, kc.memory_used()
    with exclusive_lock(None):
        blink = consume(topic).agg_by([agg.count_("Rows")])
    wait(lambda: blink.size == 1 and next(blink.iter_dict())["Rows"] == records)
    print(peak() - before)
    kc.memory_budget("40MB")
    all_rows = consume(topic, table_type=kc.TableType.append())
    wait(lambda: all_rows.stats()["state"] == "PAUSED")
    assert all_rows.stats()["rows"] < records
    kc.memory_budget(None)
    wait(lambda: all_rows.size == records)
"""


@broker_test
def test_a_long_topic_is_read_in_little_memory(broker, topic):
    """Two hundred MB through a process that grows by far less; a budget pauses a table that would keep it all."""
    broker.create_topic(topic=topic)
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap, "linger.ms": 20})
    records, filler = 200_000, "x" * 1_000
    for number in range(records):
        while True:
            try:
                producer.produce(topic, f"{number} {filler}")
                break
            except BufferError:
                producer.poll(0.1)
    assert producer.flush(300) == 0
    arguments = [sys.executable, "-c", textwrap.dedent(READER), broker.bootstrap, topic, str(records)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=800)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120_000_000, f"grew by {int(done.stdout):,} bytes"
