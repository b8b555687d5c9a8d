"""Archives of live tables, and history stitched to the live feed: each record once, whatever is killed when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import duckdb
import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, empty_table, parquet, ring_table, time_table
from kinetable import kafka_consumer as kc
from kinetable.history import archive, ends, stitch

IGNORE = kc.KeyValueSpec.IGNORE


def records(rows, first=0):
    """Rows of two partitions."""
    return empty_table(rows).update(["KafkaPartition = i % 2", f"KafkaOffset = (long) (i / 2) + {first}", "X = i * 0.5"])


def places(table):
    """Partition and offset of each row, sorted."""
    return sorted(tuple(row.values()) for row in table.iter_dict(["KafkaPartition", "KafkaOffset"]))


def test_archive_of_a_static_table(tmp_path):
    stop = archive(records(100).update("Day = i % 3"), tmp_path / "a", partition_by="Day", compression_codec_name="ZSTD")
    stop()
    stats = stop.stats()
    assert (stats["archived"], stats["waiting"], stats["lost"]) == (100, 0, 0)
    assert ends(tmp_path / "a") == {0: 49, 1: 49} == stop.ends()
    assert parquet.read(tmp_path / "a").size == 100
    assert sorted(name for name in os.listdir(tmp_path / "a") if "=" in name) == ["Day=0", "Day=1", "Day=2"]
    read = duckdb.sql(f"select count(*), sum(X) from read_parquet('{tmp_path}/a/*/*.parquet', hive_partitioning=true)")
    assert read.fetchall() == [(100, sum(i * 0.5 for i in range(100)))]


def test_an_archive_goes_on_where_it_was(tmp_path):
    for rows in (10, 40, 40, 100):
        archive(records(rows), tmp_path)()
    table = parquet.read(tmp_path)
    assert places(table) == places(records(100))


def test_roll_by_rows_and_what_is_wrong(tmp_path):
    stop = archive(time_table("PT0.01s"), tmp_path / "t", roll=[5, "1h"])
    wait_until(lambda: stop.stats()["rolls"] >= 2)
    stop()
    assert parquet.read(tmp_path / "t").size == stop.stats()["archived"]
    with pytest.raises(DHError, match='roll="soon" is no limit|roll=\'soon\' is no limit'):
        archive(records(1), tmp_path / "x", roll="soon")
    with pytest.raises(DHError, match="may change or go"):
        archive(ring_table(time_table("PT1s"), 3), tmp_path / "x")
    with pytest.raises(DHError, match="Dai"):
        archive(records(1), tmp_path / "x", partition_by="Dai")


def test_stitch_has_each_row_once(tmp_path):
    archive(records(60), tmp_path)()
    whole = stitch(tmp_path, records(100))
    assert places(whole) == places(records(100))
    assert whole.column_names == ["KafkaPartition", "KafkaOffset", "X"]
    assert places(stitch(records(60), records(100))) == places(records(100))
    assert places(stitch(tmp_path / "not there yet", lambda offsets: records(10))) == places(records(10))


def test_a_gap_is_told(tmp_path):
    archive(records(60), tmp_path)()
    behind = records(10, first=40)
    with pytest.raises(DHError, match="history ends before offset 30 of partition 0, but the live table begins with 40"):
        stitch(tmp_path, behind)
    assert stitch(tmp_path, behind, on_gap="allow").size == 70
    with pytest.raises(DHError, match="on_gap"):
        stitch(tmp_path, behind, on_gap="perhaps")


def test_a_restart_doubles_nothing_whatever_the_columns(tmp_path):
    """Three runs of the same lines: with names of its own, by a directory of text, by one of long."""
    for by, columns in ((None, ("P", "O")), ("Day", None), ("Hour", None)):
        path = tmp_path / str(by)
        for run in range(1, 4):
            live = records(10 * run).update(["Day = `2026070` + (i % 2)", "Hour = (long) (i % 3)"])
            if columns is not None:
                live = live.rename_columns(["P = KafkaPartition", "O = KafkaOffset"])
            whole = stitch(path, live, offset_columns=columns)
            archive(whole, path, partition_by=by, offset_columns=columns)()
            assert parquet.read(path).size == 10 * run
            assert whole.size == 10 * run


def test_an_archive_without_offsets_cannot_be_stitched(tmp_path):
    archive(empty_table(5).update("X = i"), tmp_path / "a")()
    with pytest.raises(DHError, match="does not say how far"):
        stitch(tmp_path / "a", records(5))
    with pytest.raises(DHError, match="blink"):
        stitch(tmp_path / "new", time_table("PT1s", blink_table=True).update(["KafkaPartition = 0", "KafkaOffset = ii"]))


SCRIPT = """
import sys, time
from kinetable import dtypes, kafka_consumer as kc
from kinetable.history import archive, stitch

bootstrap, topic, path = sys.argv[1:]
def live(offsets):
    return kc.consume({"bootstrap.servers": bootstrap}, topic, offsets=offsets, key_spec=kc.KeyValueSpec.IGNORE,
                      value_spec=kc.json_spec({"N": dtypes.long}), table_type=kc.TableType.append())
running = archive(stitch(path, live), path, roll=50)
print("archiving", flush=True)
while True:
    time.sleep(1)
"""


@pytest.mark.broker
def test_nothing_is_lost_or_doubled_across_kills(broker, topic, tmp_path):
    broker.create_topic(topic=topic, partitions=3)
    path, sent = tmp_path / "archive", 0
    for run in range(4):
        command = [sys.executable, "-c", SCRIPT, broker.bootstrap, topic, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout.readline() == "archiving\n"
            began = len(os.listdir(path))
            for _ in range(5):
                broker.put(topic, *({"N": n} for n in range(sent, sent + 200)))
                sent += 200
                time.sleep(0.02 * run)
            wait_until(lambda: len(os.listdir(path)) > began)
            process.send_signal(signal.SIGKILL)

    def live(offsets):
        return kc.consume(
            broker.config,
            topic,
            offsets=offsets,
            key_spec=IGNORE,
            value_spec=kc.json_spec({"N": dtypes.long}),
            table_type=kc.TableType.append(),
        )

    whole = stitch(path, live)
    wait_until(lambda: whole.size >= sent, 120)
    assert sorted(row["N"] for row in whole.iter_dict(["N"])) == list(range(sent))
    assert parquet.read(path).size > 0
