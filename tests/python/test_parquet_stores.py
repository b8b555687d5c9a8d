"""Parquet in object stores: S3 by a server of moto, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.request

import pyarrow as pa
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import pytest
from conftest import wait_until
from kinetable import DHError, dtypes, empty_table, parquet
from kinetable import _kinetable as native
from kinetable.column import ColumnType, col_def
from kinetable.experimental import s3
from kinetable.parquet import ParquetFileLayout


@pytest.fixture(scope="module")
def store():
    """Instructions for a store that is there, with an empty bucket ``data``."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", "0"], stderr=subprocess.PIPE, text=True, env=environment
    )
    address = next(line.split("http://")[1].split()[0] for line in server.stderr if "http://" in line)
    endpoint = f"http://{address}"
    threading.Thread(target=server.stderr.read, daemon=True).start()
    instructions = s3.S3Instructions(
        region_name="us-east-1",
        endpoint_override=endpoint,
        credentials=s3.Credentials.basic("me", "secret"),
        read_timeout="PT60s",
    )

    def has_bucket():
        try:
            with urllib.request.urlopen(urllib.request.Request(f"{endpoint}/data", method="PUT"), timeout=60):
                return True
        except OSError:
            return False

    try:
        wait_until(has_bucket, 120, "the bucket")
        yield instructions
    finally:
        server.kill()
        server.wait()


def test_a_file(store):
    table = empty_table(100_000).update(["V = ii", "T = `t` + i % 100"])
    parquet.write(table, "s3://data/one.parquet", special_instructions=store)
    back = parquet.read("s3://data/one.parquet", special_instructions=store)
    assert back.size == 100_000
    assert [row["T"] for row in back.where("V = 777").iter_dict()] == ["t77"]
    filesystem = pafs.S3FileSystem(
        access_key="me", secret_key="secret", endpoint_override=store.endpoint_override, region="us-east-1",
        request_timeout=60, connect_timeout=60,
    )  # fmt: skip
    assert pq.read_table("data/one.parquet", filesystem=filesystem)["V"].to_pylist() == list(range(100_000))
    pq.write_table(pa.table({"V": [1, 2]}), "data/theirs.parquet", filesystem=filesystem)
    theirs = parquet.read("s3://data/theirs.parquet", special_instructions=store)
    assert [row["V"] for row in theirs.iter_dict()] == [1, 2]


def test_large_files_go_in_parts(store):
    table = empty_table(3_000_000).update(["V = ii * 7919 % 1000003", "W = V * 0.37"])
    small = s3.S3Instructions(**{**vars(store), "write_part_size": 5 << 20, "num_concurrent_write_parts": 2})
    parquet.write(table, "s3://data/large.parquet", compression_codec_name="UNCOMPRESSED", special_instructions=small)
    back = parquet.read("s3://data/large.parquet", special_instructions=store)
    assert next(back.sum_by().iter_dict())["V"] == next(table.sum_by().iter_dict())["V"]


def test_partitions_and_metadata(store):
    definition = [col_def("K", dtypes.string, column_type=ColumnType.PARTITIONING), col_def("V", dtypes.long)]
    table = empty_table(30).update(["K = `k` + i % 3", "V = ii"])
    parquet.write_partitioned(
        table, "s3://data/tree", definition, generate_metadata_files=True, special_instructions=store
    )
    for layout in (None, ParquetFileLayout.KV_PARTITIONED, ParquetFileLayout.METADATA_PARTITIONED):
        back = parquet.read("s3://data/tree", file_layout=layout, special_instructions=store)
        some = back.where("K = `k1`")
        assert native.parquet_counts(some._native)["files"] == 1
        assert [row["V"] for row in some.iter_dict()] == list(range(1, 30, 3))
    parquet.delete("s3://data/tree", special_instructions=store)
    with pytest.raises(DHError, match="s3://data/tree"):
        parquet.read("s3://data/tree", special_instructions=store)


def test_a_filter_reads_little(store):
    table = empty_table(2_000_000).update(["V = ii", "W = ii * 7919 % 1000003"])
    parquet.write(table, "s3://data/wide.parquet", compression_codec_name="UNCOMPRESSED", special_instructions=store)
    frugal = s3.S3Instructions(**{**vars(store), "read_ahead_count": 0})
    back = parquet.read("s3://data/wide.parquet", special_instructions=frugal)
    assert [row["W"] for row in back.where("V = 1234567").iter_dict()] == [1234567 * 7919 % 1000003]
    counts = native.parquet_counts(back._native)
    assert counts["bytes_read"] < 3_000_000, counts


def test_new_objects_become_rows(store):
    table = empty_table(10).update("V = ii")
    parquet.write(table, "s3://data/grow/a.parquet", special_instructions=store)
    live = parquet.read("s3://data/grow", is_refreshing=True, special_instructions=store, refresh_interval_ms=50)
    assert (live.is_refreshing, live.size) == (True, 10)
    parquet.write(table, "s3://data/grow/b.parquet", special_instructions=store)
    wait_until(lambda: live.size == 20)


def test_what_is_wrong_is_said(store):
    with pytest.raises(DHError, match="none.parquet"):
        parquet.read("s3://data/none.parquet", special_instructions=store)
    with pytest.raises(DHError, match="nobucket"):
        parquet.read("s3://nobucket/none.parquet", special_instructions=store)
    with pytest.raises(DHError, match="ftp"):
        parquet.read("ftp://host/x.parquet")
    with pytest.raises(DHError, match="twice"):
        s3.S3Instructions(credentials=s3.Credentials.anonymous(), access_key_id="a", secret_access_key="b")
    assert "secret" not in repr(s3.Credentials.basic("me", "secret"))
    gone = s3.S3Instructions(**{**vars(store), "endpoint_override": "http://127.0.0.1:9"})
    assert "127.0.0.1" in repr(gone)
