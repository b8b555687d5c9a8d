"""Change data capture: the tables of a database as live tables, from the topics that Debezium writes.

::

    from kinetable.stream.kafka import cdc

    customers = cdc.consume(
        {"bootstrap.servers": "localhost:9092", "schema.registry.url": "http://localhost:8081"},
        cdc.cdc_short_spec("mysql", "shop", "customers"),
    )

Each record is a change of one row: its key is the row's primary key, its value an envelope with the row ``before`` and ``after``
the change and the kind of change, ``op``: ``c`` for created, ``u`` updated, ``d`` deleted, ``r`` read by a snapshot of the database. Keys
and envelopes are Avro, with schemas in the registry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional, Sequence

from ...dherror import DHError
from ...table import Table
from ._start import Partitions
from .consumer import ALL_PARTITIONS_SEEK_TO_BEGINNING, ConsumedTable, KeyValueSpec, TableType, _changes, avro_spec
from .consumer import consume as consume_topic

__all__ = ["CDCSpec", "cdc_long_spec", "cdc_short_spec", "consume", "consume_raw"]

_BEFORE, _AFTER = "before__", "after__"
_OP = "op"
# How long first changes wait for a table that is being made, s, and for the user of a stream, who may never come.
_PATIENCE_S, _STREAM_PATIENCE_S = 60.0, 1.0
# What changes a row; truncations and messages of the database's own have no row.
_OF_ROWS = "op in `c`, `u`, `d`, `r`"


@dataclass(frozen=True)
class CDCSpec:
    """The topic of a database's table, and the subjects of its schemas."""

    topic: str
    key_schema_name: str
    key_schema_version: str
    value_schema_name: str
    value_schema_version: str


def cdc_long_spec(
    topic: str,
    key_schema_name: str,
    key_schema_version: str,
    value_schema_name: str,
    value_schema_version: str,
) -> CDCSpec:
    """The topic and the subjects, each by its name.

    Args:
        topic: The topic.
        key_schema_name: The subject of the keys' schema.
        key_schema_version: A version of it, or ``latest``.
        value_schema_name: The subject of the envelopes' schema.
        value_schema_version: A version of it, or ``latest``.

    Example:
        from kinetable.stream.kafka import cdc
        spec = cdc.cdc_long_spec("shop.customers", "customer-key", "latest", "customer-change", "3")
        print(spec.value_schema_name)
    """
    return CDCSpec(topic, key_schema_name, str(key_schema_version), value_schema_name, str(value_schema_version))


def cdc_short_spec(server_name: str, db_name: str, table_name: str) -> CDCSpec:
    """The topic and the subjects as Debezium names them: topic ``SERVER.DB.TABLE``, with ``-key`` and ``-value``.

    Args:
        server_name: The connector's name for the server (``topic.prefix``, ``database.server.name`` of old).
        db_name: The database, or what the connector has in its place, such as the schema in PostgreSQL.
        table_name: The table.

    Example:
        from kinetable.stream.kafka import cdc
        print(cdc.cdc_short_spec("mysql", "shop", "customers").topic)
    """
    topic = f"{server_name}.{db_name}.{table_name}"
    return cdc_long_spec(topic, f"{topic}-key", "latest", f"{topic}-value", "latest")


def consume(
    kafka_config: Mapping[str, Any],
    cdc_spec: CDCSpec,
    partitions: Optional[Partitions] = None,
    stream_table: bool = False,
    cols_to_drop: Optional[Sequence[str]] = None,
) -> ConsumedTable:
    """Follows a table of a database: a live table with the rows that it has now, one for each primary key.

    The columns are those of the primary key, then the others of the row, with the names and types that the schemas give
    them. Changes are read from the beginning of the topic. All keys that were ever seen are remembered, those of deleted rows too.
    First changes wait until the table stands, so that it misses none; other tables tick meanwhile.

    Args:
        kafka_config: Settings of librdkafka and of the registry (``schema.registry.url``), as of `kafka_consumer.consume`.
        cdc_spec: What `cdc_short_spec` or `cdc_long_spec` gives.
        partitions: As of `kafka_consumer.consume`.
        stream_table: Whether to give the changes themselves, as a blink table with one more column at the end, ``op``
            (``cdc_op`` if the row has a column of that name). The row of ``d`` has the key, and nulls.
        cols_to_drop: Columns to leave out; none of the primary key.

    Returns:
        The table, with the ``errors``, ``status`` and ``stats()`` of its topic.

    Raises:
        DHError: if the schemas are not those of a key and an envelope, a column to drop is not there or of the key, or as
            `kafka_consumer.consume`.

    Usage:
        from kinetable.stream.kafka import cdc
        config = {"bootstrap.servers": "localhost:9092", "schema.registry.url": "http://localhost:8081"}
        customers = cdc.consume(config, cdc.cdc_short_spec("mysql", "shop", "customers"), cols_to_drop=["notes"])
    """
    return _consume(kafka_config, cdc_spec, partitions, stream_table, list(cols_to_drop or []))


def consume_raw(
    kafka_config: Mapping[str, Any],
    cdc_spec: CDCSpec,
    partitions: Optional[Partitions] = None,
    table_type: TableType = TableType.Stream,
) -> ConsumedTable:
    """Reads the changes of a database's table as they are: the record's place, the key's fields, the envelope's.

    Fields within ``before``, ``after`` and ``source`` are columns ``before__X``, ``after__X``, ``source__X``. A tombstone, which follows a
    deletion, is a row of the key with nulls. Changes are read from the beginning of the topic.

    Args:
        kafka_config: As of `consume`.
        cdc_spec: As of `consume`.
        partitions: As of `consume`.
        table_type: Which rows are kept.

    Returns:
        The table.

    Raises:
        DHError: as `kafka_consumer.consume`.

    Usage:
        from kinetable import kafka_consumer as kc
        from kinetable.stream.kafka import cdc
        config = {"bootstrap.servers": "localhost:9092", "schema.registry.url": "http://localhost:8081"}
        spec = cdc.cdc_short_spec("mysql", "shop", "customers")
        history = cdc.consume_raw(config, spec, table_type=kc.TableType.append())
    """
    return consume_topic(
        kafka_config,
        cdc_spec.topic,
        partitions,
        ALL_PARTITIONS_SEEK_TO_BEGINNING,
        *_specs(cdc_spec),
        table_type,
    )


def _specs(spec: CDCSpec) -> tuple[KeyValueSpec, KeyValueSpec]:
    key = avro_spec(spec.key_schema_name, spec.key_schema_version)
    return key, avro_spec(spec.value_schema_name, spec.value_schema_version)


def _consume(
    config: Mapping[str, Any],
    spec: CDCSpec,
    partitions: Optional[Partitions],
    stream_table: bool,
    dropped: Sequence[str],
) -> ConsumedTable:
    patience = _STREAM_PATIENCE_S if stream_table else _PATIENCE_S
    raw = _changes(config, spec.topic, partitions, *_specs(spec), patience)
    keys, others = _columns(raw.column_names, spec)
    for name in dropped:
        if name in keys:
            raise DHError(
                message=f'column "{name}" is of the primary key\n  hint: drop it from the table that this gives'
            )
        if name not in others:
            raise DHError(message=f'no column "{name}" to drop\n  hint: there are {", ".join(others) or "none"}')
    kept = [f"{name} = {_AFTER}{name}" for name in others if name not in dropped]
    op = _OP
    while op in [*keys, *others]:
        op = f"cdc_{op}"
    # Named first: within the view `op` may be the row's own.
    named = raw.where(_OF_ROWS).update_view([] if op == _OP else f"{op} = {_OP}")
    changes = named.view([*keys, *kept, op])
    if stream_table:
        return _with_source(changes, raw)
    return _with_source(changes.last_by(keys).where(f"{op} != `d`").drop_columns(op), raw)


def _columns(names: Sequence[str], spec: CDCSpec) -> tuple[list[str], list[str]]:
    """The columns of the primary key, and the others of the row."""
    row = [name[len(_AFTER) :] for name in names if name.startswith(_AFTER)]
    if not row or _OP not in names:
        raise DHError(
            message=f'schema "{spec.value_schema_name}" has no fields "after" and "op"\n'
            '  hint: it is to be that of Debezium\'s envelope, with a record in "after"'
        )
    # The key's fields come first; the envelope may have fields of the same names as the row, such as "ts_ms".
    ahead = next(place for place, name in enumerate(names) if name.startswith((_BEFORE, _AFTER)))
    keys = [name for name in names[:ahead] if name in row]
    if not keys:
        raise DHError(
            message=f'schema "{spec.key_schema_name}" has no field of the row\n'
            f"  hint: the primary key is to be among {', '.join(row)}"
        )
    return keys, [name for name in row if name not in keys]


def _with_source(table: Table, source: ConsumedTable) -> ConsumedTable:
    return ConsumedTable(table._native, source._topic)
