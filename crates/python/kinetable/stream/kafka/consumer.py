"""Kafka topics as live tables.

::

    from kinetable import dtypes as dht, kafka_consumer as kc

    orders = kc.consume(
        {"bootstrap.servers": "localhost:9092"},
        "orders",
        offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
        key_spec=kc.KeyValueSpec.IGNORE,
        value_spec=kc.json_spec({"Symbol": dht.string, "Price": dht.double}),
        table_type=kc.TableType.append(),
    )

A record that cannot be decoded does not stop the table: it is a row of ``orders.errors``, and the good ones go on.
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Mapping, NamedTuple, Optional, Sequence, Union

from ... import _kinetable as _native
from ..._partitioned import PartitionedTable
from ..._table.base import released
from ...column import ColumnDefinition
from ...dherror import DHError
from ...dtypes import DType
from ...table import Table, TableDefinition
from ._formats import ProtobufProtocol, object_processor_spec, protobuf_spec
from ._leaving import leave_at_exit
from ..._limits import Limits, byte_count, limits
from ._spec import KeyValueSpec
from ._start import (
    ALL_PARTITIONS,
    ALL_PARTITIONS_DONT_SEEK,
    ALL_PARTITIONS_SEEK_TO_BEGINNING,
    ALL_PARTITIONS_SEEK_TO_END,
    DONT_SEEK,
    SEEK_TO_BEGINNING,
    SEEK_TO_END,
    Offsets,
    Partitions,
    starts,
    wanted,
)

__all__ = [
    "ALL_PARTITIONS",
    "ALL_PARTITIONS_DONT_SEEK",
    "ALL_PARTITIONS_SEEK_TO_BEGINNING",
    "ALL_PARTITIONS_SEEK_TO_END",
    "DONT_SEEK",
    "SEEK_TO_BEGINNING",
    "SEEK_TO_END",
    "ConsumedPartitionedTable",
    "ConsumedTable",
    "KeyValueSpec",
    "OnError",
    "ProtobufProtocol",
    "Replayed",
    "TableType",
    "avro_spec",
    "consume",
    "consume_to_partitioned_table",
    "json_spec",
    "memory_budget",
    "memory_used",
    "object_processor_spec",
    "protobuf_spec",
    "simple_spec",
]

OnError = Literal["dead_letter", "skip", "fail", "null"]
"""What becomes of a record that cannot be decoded; see `consume`."""


@dataclass(frozen=True)
class TableType:
    """Which rows of a topic a table keeps."""

    kind: Union[str, int]

    Append: ClassVar[TableType]
    """`append`, as old scripts write it."""
    Blink: ClassVar[TableType]
    """`blink`, as old scripts write it."""
    Stream: ClassVar[TableType]
    """`blink`, as older scripts write it."""

    def __repr__(self) -> str:
        return f"TableType.ring({self.kind})" if isinstance(self.kind, int) else f"TableType.{self.kind}()"

    @staticmethod
    def blink() -> TableType:
        """Only the records of the latest cycle; aggregations go on over all that ever came.

        The first records wait until somebody uses the table, and each blink table made of it: an aggregation, a listener or
        another table. They wait for a second at most.
        """
        return TableType("blink")

    @staticmethod
    def append() -> TableType:
        """All records."""
        return TableType("append")

    @staticmethod
    def ring(capacity: int) -> TableType:
        """The newest records, so many."""
        if capacity < 1:
            raise ValueError(f"the capacity of a ring is at least 1, but this is {capacity}")
        return TableType(capacity)

    @staticmethod
    def stream() -> TableType:
        """`blink`, as older scripts write it; warns that it is deprecated."""
        warnings.warn("TableType.stream is the old name of TableType.blink", DeprecationWarning, stacklevel=2)
        return TableType.blink()


TableType.Append, TableType.Blink, TableType.Stream = TableType("append"), TableType("blink"), TableType("blink")


class Replayed(NamedTuple):
    """What came of `ConsumedTable.replay_errors`."""

    replayed: int
    """Records that are rows of the table now."""
    remaining: int
    """Records that are still in ``errors``."""


class Source:
    """What tells how the reading of a topic goes; of tables made from topics."""

    _held: Optional[_native.Topic]

    @property
    def _topic(self) -> _native.Topic:
        if self._held is None:
            raise released()
        return self._held

    @property
    def errors(self) -> Table:
        """The records that could not be decoded, live.

        Columns: Time, Topic, Partition, Offset, Timestamp (the record's), Side (``key``, ``value``, or ``record`` if
        neither was looked at), Reason, SchemaId, Size (bytes of key and value), Raw (the bytes of the side), Other (those
        of the other side), Headers (if they are read).
        """
        return Table(self._topic.errors)

    @property
    def status(self) -> Table:
        """What happened to the source, live: Time, Topic, State, Detail, Rows, Errors, Lag, QueuedBytes."""
        return Table(self._topic.status)

    def stats(self) -> dict[str, Any]:
        """What the source has done so far: state, rows, errors, bytes, lag, queued_rows, next_offsets and more."""
        return self._topic.stats()

    def replay_errors(
        self, key_spec: Optional[KeyValueSpec] = None, value_spec: Optional[KeyValueSpec] = None
    ) -> Replayed:
        """Tries the records of ``errors`` again, after what was wrong has been put right.

        Records that can be decoded now become rows and leave ``errors``; the others stay there, with a new reason if it is
        another. In a table that keeps rows the new ones come last, and their offsets tell where they belong; a blink table has
        them for one cycle, as records that had just come.

        Args:
            key_spec: How to read keys this time; as before if not given. It has to give the same columns.
            value_spec: How to read values this time; as before if not given.

        Returns:
            How many records are rows now, and how many are still in ``errors``.

        Raises:
            DHError: if a spec is wrong or gives other columns, if the table has failed, or if bad records are rows of it
                already (``on_error="null"``).

        Usage:
            from kinetable import kafka_consumer as kc
            orders.replay_errors(value_spec=kc.avro_spec("orders-value", "3"))
        """
        key, value = (None if spec is None else spec._spec() for spec in (key_spec, value_spec))
        return Replayed(*self._topic.replay_errors(key, value))

    @property
    def source_name(self) -> str:
        """What the topic's source is called in `kinetable.stream.kafka.sources()`."""
        return self._topic.name

    @property
    def source(self) -> Table:
        """How the source fares, live: its row of `kinetable.stream.kafka.sources()`."""
        return self._own(_native.kafka_sources()[0])

    @property
    def source_partitions(self) -> Table:
        """How far its partitions are read, live: its rows of `kinetable.stream.kafka.source_partitions()`."""
        return self._own(_native.kafka_sources()[1])

    def _own(self, native: _native.Table) -> Table:
        return Table(native).where(f"Source = `{self.source_name}`")

    def resume(self) -> None:
        """Goes on after ``TOPIC RECREATED``, with the new topic from its beginning, and after too many records were bad.

        If a partition was cut, it goes on with that one alone, from its oldest record. It also takes what ``ATTENTION`` told of bad records for read. In another state it does nothing.
        """
        self._topic.resume()

    def stop(self) -> None:
        """Stops reading the topic; the table keeps its rows."""
        self._topic.stop()


class ConsumedTable(Source, Table):
    """A topic as a live table, with what tells how the reading goes."""

    def __init__(self, native: _native.Table, topic: _native.Topic) -> None:
        """For this package only."""
        super().__init__(native)
        self._held = topic

    def _release(self) -> None:
        super()._release()
        self._held = None


class ConsumedPartitionedTable(Source, PartitionedTable):
    """A topic as a live table for each of its partitions, with what tells how the reading goes."""

    def __init__(self, native: _native.PartitionedTable, topic: _native.Topic) -> None:
        """For this package only."""
        super().__init__(native)
        self._held = topic


_SIMPLE_NAMES = {"java.util.UUID": "UUID", "java.nio.ByteBuffer": "byte[]", "org.apache.kafka.common.utils.Bytes": "byte[]"}
"""Java's names of types that have none of ours, and what they are read as."""


def simple_spec(col_name: str, data_type: Optional[DType] = None) -> KeyValueSpec:
    """One column, in the binary form of Kafka's standard serializers.

    Numbers are big-endian, text is UTF-8. A UUID (``DType("UUID", "java.util.UUID")``) is a column of text, and a record
    that is none goes to the table's ``errors``. A null key or value is null.

    Args:
        col_name: The column.
        data_type: string, short, int32, long, float32, double, bool_ or byte_array, or a `DType` of Java's UUID,
            ByteBuffer or Bytes. If not given, the configuration says it: ``deephaven.value.column.type``, or the class
            ``value.deserializer`` (``key`` for keys).

    Raises:
        DHError: if `data_type` is no type, or none of these.

    Usage:
        from kinetable import dtypes, kafka_consumer as kc
        words = kc.simple_spec("Word", dtypes.string)
    """
    if data_type is not None and not isinstance(data_type, DType):
        raise DHError(
            message=f'the type of column "{col_name}" is {data_type!r}, which is no type\n'
            "  hint: give one of kinetable.dtypes, e.g. dtypes.string"
        )
    if data_type is None:
        return KeyValueSpec("simple", (col_name, None))
    return KeyValueSpec("simple", (col_name, _SIMPLE_NAMES.get(data_type.j_name, data_type.name)))


def json_spec(
    col_defs: Union[TableDefinition, Mapping[str, DType], Sequence[Any]], mapping: Optional[Mapping[str, str]] = None
) -> KeyValueSpec:
    """Columns from the fields of a JSON object.

    Args:
        col_defs: Names and types of the columns: a dict, column definitions, or pairs.
        mapping: Field, or JSON pointer such as ``/a/b``, to column; the others take the field of their own name.

    Usage:
        from kinetable import dtypes, kafka_consumer as kc
        orders = kc.json_spec({"Symbol": dtypes.string, "Price": dtypes.double}, mapping={"/order/price": "Price"})
    """
    return KeyValueSpec("json", (_columns(col_defs), dict(mapping or {})))


def avro_spec(
    schema: str,
    schema_version: str = "latest",
    mapping: Optional[Mapping[str, str]] = None,
    mapped_only: bool = False,
) -> KeyValueSpec:
    """Columns from the fields of an Avro record.

    The schema is fixed when the table is made. Each record is read with the schema it was written with (the registry's,
    by the id or the fingerprint before the record) and brought to the fixed one: fields that only the writer has are
    left out, which is told in ``status``; those that only the table has get their defaults; records that cannot be
    brought to it go to ``errors``.

    Fields of a nested record become columns ``N__P``. Dates, times, timestamps and decimals become such columns,
    arrays lists; maps, unions of unlike types and arrays of records become their JSON.

    Args:
        schema: A subject of the registry; or a schema as JSON, which starts with ``{``. Without
            ``schema.registry.url`` every record is taken to be of exactly this schema.
        schema_version: A version of the subject, or ``latest``.
        mapping: Field (``N.P`` for a nested one) to column; the others keep their names.
        mapped_only: Whether to leave out fields that are not mapped.

    Usage:
        from kinetable import kafka_consumer as kc
        orders = kc.avro_spec("orders-value", mapping={"symbol": "Symbol", "price": "Price"}, mapped_only=True)
    """
    return KeyValueSpec("avro", (schema, str(schema_version), dict(mapping or {}), mapped_only))


def consume(
    kafka_config: Mapping[str, Any],
    topic: str,
    partitions: Optional[Partitions] = None,
    offsets: Optional[Offsets] = None,
    key_spec: Optional[KeyValueSpec] = None,
    value_spec: Optional[KeyValueSpec] = None,
    table_type: Optional[TableType] = None,
    *,
    on_error: OnError = "dead_letter",
    dead_letter_topic: Optional[str] = None,
    keep: Limits = None,
) -> ConsumedTable:
    """Reads a topic into a live table.

    The columns are KafkaPartition, KafkaOffset, KafkaTimestamp, those of the key, those of the value.

    Args:
        kafka_config: Settings of librdkafka (``bootstrap.servers``, ``security.protocol``, …), of the registry
            (``schema.registry.url``), and of the extra columns (``deephaven.offset.column.name``, …). ``oauth_cb`` may be a
            function for SASL OAUTHBEARER: of the text ``sasl.oauthbearer.config``, it gives a token and the end of its life,
            seconds since the epoch, and, if it likes, a principal.
        topic: The topic.
        partitions: Its partitions, or a function that says of a partition whether it is read. Not given, or
            `ALL_PARTITIONS`: all. Partitions that are added to the topic later are read as well, from their first record,
            unless partitions were listed or the function says no.
        offsets: Partition to the offset where reading starts, or to `SEEK_TO_BEGINNING`, `SEEK_TO_END`, `DONT_SEEK`, or
            to a time: reading starts at the first record that is not older. Partitions not named: as partition -1
            says if it is named beside others, else `DONT_SEEK`. A time alone is for all partitions, and so are the ``ALL_PARTITIONS_…`` constants. Not given:
            `ALL_PARTITIONS_DONT_SEEK`.
        key_spec: What keys become; `KeyValueSpec.FROM_PROPERTIES` if not given.
        value_spec: What values become; `KeyValueSpec.FROM_PROPERTIES` if not given.
        table_type: Which rows are kept; `TableType.blink` if not given, `TableType.append` if `keep` is.
        on_error: What becomes of a record that cannot be decoded. ``"dead_letter"``: it goes to ``errors``, and the others
            go on. ``"skip"``: it is counted. ``"fail"``: the table fails with it. ``"null"``: it is a row with nulls for the
            side that is bad, and in ``errors``.
        dead_letter_topic: A topic on the same brokers where bad records are put too, as they came, with headers
            ``kinetable.error.topic``, ``.partition``, ``.offset``, ``.timestamp``, ``.side``, ``.reason``, ``.schema.id``.
        keep: How much an append table keeps: rows (``1_000_000``), bytes (``"500MB"``), age (``"1h"``, ``"PT1H"``, a
            ``timedelta``), or a list of these; all if not given. The oldest rows go in blocks, a little later than they may.

    Raises:
        DHError: if a setting or spec is wrong, or broker, topic or schema are not there. What goes wrong later is told
            by ``status`` and ``errors`` of the table.

    With ``"kinetable.group.mode": "subscribe"`` in the configuration the table joins the consumer group ``group.id`` and
    shares the topic with the group's other members: it reads the partitions that the group gives it, from where the group
    stands (`offsets` are for a group that has no position), and commits an offset only when a finished cycle has shown the
    rows before it. ``status`` tells of each rebalance. It hands over in good order by ``stop()``, when nobody holds the
    table any more, and when the program ends: the next member then goes on with the very next record.

    Usage:
        from kinetable import dtypes, kafka_consumer as kc
        orders = kc.consume(
            {"bootstrap.servers": "localhost:9092"},
            "orders",
            offsets=kc.ALL_PARTITIONS_SEEK_TO_BEGINNING,
            key_spec=kc.KeyValueSpec.IGNORE,
            value_spec=kc.json_spec({"Symbol": dtypes.string, "Price": dtypes.double}),
            table_type=kc.TableType.append(),
        )
    """
    asked = _asked(kafka_config, topic, partitions, offsets, key_spec, value_spec, table_type, keep)
    asked["errors"] = (on_error, dead_letter_topic)
    return _consumed(kafka_config, asked)


def _changes(
    kafka_config: Mapping[str, Any],
    topic: str,
    partitions: Optional[Partitions],
    key_spec: KeyValueSpec,
    value_spec: KeyValueSpec,
    patience: float,
) -> ConsumedTable:
    """Reads a topic from its beginning into a blink table whose first rows wait for its users for some seconds."""
    blink, begin = TableType.blink(), ALL_PARTITIONS_SEEK_TO_BEGINNING
    asked = _asked(kafka_config, topic, partitions, begin, key_spec, value_spec, blink, None)
    return _consumed(kafka_config, {**asked, "errors": ("dead_letter", None), "patience": patience})


def _consumed(kafka_config: Mapping[str, Any], asked: Mapping[str, Any]) -> ConsumedTable:
    table, source = _native.consume(asked)
    leave_at_exit(kafka_config, source)
    return ConsumedTable(table, source)


def consume_to_partitioned_table(
    kafka_config: Mapping[str, Any],
    topic: str,
    partitions: Optional[Partitions] = None,
    offsets: Optional[Offsets] = None,
    key_spec: Optional[KeyValueSpec] = None,
    value_spec: Optional[KeyValueSpec] = None,
    table_type: Optional[TableType] = None,
    *,
    on_error: OnError = "dead_letter",
    dead_letter_topic: Optional[str] = None,
    keep: Limits = None,
) -> ConsumedPartitionedTable:
    """Reads a topic into a live table for each of its partitions.

    The key column is ``Partition``, the constituents are in column ``Table`` and have the columns that `consume` gives. A
    partition that is added to the topic, or given to us by the group, adds a row.

    Args:
        kafka_config: As of `consume`.
        topic: As of `consume`.
        partitions: As of `consume`.
        offsets: As of `consume`.
        key_spec: As of `consume`.
        value_spec: As of `consume`.
        table_type: Which rows each constituent keeps; `TableType.blink` if not given, `TableType.append` if `keep` is.
        on_error: As of `consume`.
        dead_letter_topic: As of `consume`.
        keep: How much each constituent keeps, as of `consume`.

    Returns:
        The partitioned table. The topic is read as long as it, a table made from it, or a constituent is held.

    Raises:
        DHError: as `consume`.

    Usage:
        from kinetable import dtypes, kafka_consumer as kc
        orders = kc.consume_to_partitioned_table(
            {"bootstrap.servers": "localhost:9092"},
            "orders",
            key_spec=kc.KeyValueSpec.IGNORE,
            value_spec=kc.json_spec({"Symbol": dtypes.string, "Price": dtypes.double}),
            table_type=kc.TableType.append(),
        )
        newest = orders.transform(lambda t: t.last_by("Symbol")).merge()
    """
    asked = _asked(kafka_config, topic, partitions, offsets, key_spec, value_spec, table_type, keep)
    asked["errors"] = (on_error, dead_letter_topic)
    table, source = _native.consume_parts(asked)
    # Partitions that are known are there when the call returns, unless the caller keeps cycles from running.
    with contextlib.suppress(DHError):
        _native.flush()
    leave_at_exit(kafka_config, source)
    return ConsumedPartitionedTable(table, source)


def _asked(
    kafka_config: Mapping[str, Any],
    topic: str,
    partitions: Optional[Partitions],
    offsets: Optional[Offsets],
    key_spec: Optional[KeyValueSpec],
    value_spec: Optional[KeyValueSpec],
    table_type: Optional[TableType],
    keep: Limits,
) -> dict[str, Any]:
    return {
        "client": _client(kafka_config),
        "topic": topic,
        "partitions": wanted(partitions),
        "offsets": starts(offsets),
        "key": (key_spec or KeyValueSpec.FROM_PROPERTIES)._spec(),
        "value": (value_spec or KeyValueSpec.FROM_PROPERTIES)._spec(),
        "retention": _retention(table_type, keep),
        "oauth_cb": kafka_config.get("oauth_cb"),
        "patience": 1.0,
    }


def memory_budget(limit: Union[int, str, None]) -> None:
    """Limits what all Kafka sources of this process may hold together: over it they pause, and drop nothing.

    What counts is what is queued, the sources' tables and their ``errors``; tables made from these do not.

    Args:
        limit: Bytes, or a text such as ``"2GB"``; ``None`` for no limit.

    Raises:
        DHError: if the limit is no number of bytes.

    Example:
        from kinetable import kafka_consumer as kc
        kc.memory_budget("2GB")
        print(kc.memory_used() < 2_000_000_000)
        kc.memory_budget(None)
    """
    _native.set_memory_budget(None if limit is None else byte_count(limit))


def memory_used() -> int:
    """Bytes that all Kafka sources of this process hold: what is queued, their tables and their ``errors``.

    Example:
        from kinetable import kafka_consumer as kc
        print(kc.memory_used())
    """
    return _native.memory_budget()[1]


def _retention(table_type: Optional[TableType], keep: Limits) -> Any:
    """A kind of table, or rows, bytes and age."""
    if keep is None:
        return (table_type or TableType.blink()).kind
    if (table_type or TableType.append()).kind != "append":
        raise DHError(
            message="keep is given, but the table is no append table\n  hint: a blink table keeps nothing, and a ring has its capacity"
        )
    return limits(keep)


def _client(kafka_config: Mapping[str, Any]) -> dict[str, str]:
    """Settings as texts."""
    texts = {key: value for key, value in kafka_config.items() if not callable(value)}
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in texts.items()}


def _columns(col_defs: Any) -> list[tuple[str, str]]:
    if isinstance(col_defs, Mapping):
        items = [(name, getattr(column, "data_type", column)) for name, column in col_defs.items()]
    else:
        items = [(c.name, c.data_type) if isinstance(c, ColumnDefinition) else (c[0], c[1]) for c in col_defs]
    return [(name, _type_name(name, data_type)) for name, data_type in items]


def _type_name(column: str, data_type: Any) -> str:
    if not isinstance(data_type, DType):
        raise DHError(message=f'column "{column}": {data_type!r} is no type\n  hint: take one of kinetable.dtypes')
    return data_type.name
