"""History on disk and the live feed, as one table: each row once, whatever was stopped when.

`archive` writes a live table on as Parquet; `stitch` joins what was written to what comes now::

    from kinetable import kafka_consumer as kc, parquet
    from kinetable.history import archive, stitch

    everything = stitch("trades", lambda offsets: kc.consume(config, "trades", offsets=offsets, value_spec=spec,
                                                             table_type=kc.TableType.append()))
    keep = archive(everything, "trades", partition_by="Day", roll="5m")

Run again after a stop, a crash or a loss of power, the same lines go on where the archive ends: it knows the newest offset of
each partition, in a manifest that is replaced in one step.
"""

from __future__ import annotations

import atexit
import os
import sys
import weakref
from typing import Any, Callable, Optional, Sequence, Union

from . import _kinetable as _native
from . import parquet
from ._limits import Limits, limits
from .dherror import DHError
from .table import Table

__all__ = ["Archive", "archive", "ends", "stitch"]

Path = Union[str, "os.PathLike[str]"]
OFFSET_COLUMNS = ("KafkaPartition", "KafkaOffset")
"""The columns of partition and offset, as a consumer names them."""


class Archive:
    """A table that is being archived. Call it to write what has come and stop; keep it, or archiving stops."""

    _keeps_running = True
    _running: weakref.WeakSet[Archive] = weakref.WeakSet()

    def __init__(self, native: _native.Archive) -> None:
        """For this package only."""
        self._native = native
        Archive._running.add(self)

    def __call__(self) -> None:
        """Writes what has come so far and stops archiving."""
        self._native.stop()

    def flush(self) -> None:
        """Writes what has come so far; on return it is on disk.

        Raises:
            DHError: if it cannot be written. The rows are kept and it is tried again.
        """
        self._native.flush()

    def ends(self) -> dict[int, int]:
        """The newest archived offset of each partition."""
        return self._native.ends()

    def stats(self) -> dict[str, Any]:
        """How far it is.

        Returns:
            ``archived``, the rows that count, of earlier runs too; ``waiting``, those that are not written yet; ``files``; ``rolls``;
            ``known``, rows left out because they were archived before; ``lost`` and ``lost_because``; ``failing_since``
            (ns since the epoch) and ``failing_because`` while files cannot be written; ``table_failed``.
        """
        return self._native.stats()

    def __repr__(self) -> str:
        """How many rows."""
        stats = self.stats()
        return f"Archive({stats['archived']:,} rows in {stats['files']:,} files, {stats['waiting']:,} waiting)"


def archive(
    table: Table,
    path: Path,
    partition_by: Union[str, Sequence[str], None] = None,
    roll: Limits = None,
    offset_columns: Optional[tuple[str, str]] = None,
    compression_codec_name: Optional[str] = None,
) -> Archive:
    """Writes an append or blink table on as Parquet files, from its rows now on.

    Files come into their places whole, and count once the manifest of the directory names them; `parquet.read` reads those that
    count. With columns of partition and offset each row is archived once: rows at or before the newest archived offset of their
    partition are left out, so that a topic may be read again from anywhere (rows of a partition are to come in the order of their
    offsets, as a consumer gives them). Without them, all rows that come are written.

    If files cannot be written (the disk is full), rows are kept in memory and it is tried again, after a second at first.

    Args:
        table: The table. Its rows may be added only; those that a blink table drops stay written.
        path: A directory of its own; one that is an archive is gone on with. One process archives into it at a time.
        partition_by: Columns by whose values rows are put in directories ``Column=value``, outermost first. An archive keeps those
            that it was begun with.
        roll: When to write what has come: rows (``100_000``), bytes (``"256MB"``), age (``"5m"``), or several of them, of which the
            first that is reached counts. A million rows, 128 MiB or a minute if not given.
        offset_columns: The names of the columns of partition and offset. If not given, those that the archive was begun with; of
            a new one ``KafkaPartition`` and ``KafkaOffset``, if the table has them.
        compression_codec_name: ``SNAPPY`` if not given; ``ZSTD`` and those of `parquet.write`.

    Returns:
        An `Archive`: call it to stop.

    Raises:
        DHError: if rows may change or go, a column is missing, or the directory cannot be written or another archive writes there.

    Example:
        import tempfile
        from kinetable import empty_table, parquet
        from kinetable.history import archive
        with tempfile.TemporaryDirectory() as folder:
            stop = archive(empty_table(4).update(["Day = i % 2", "X = i * 0.5"]), folder, partition_by="Day")
            stop()
            print(parquet.read(folder).to_string())
    """
    by = [partition_by] if isinstance(partition_by, str) else list(partition_by or [])
    native = _native.archive(
        table._native, os.fspath(path), by, limits(roll, "roll"), offset_columns, compression_codec_name
    )
    return Archive(native)


def ends(
    history: Union[Table, Path], offset_columns: Optional[tuple[str, str]] = None
) -> dict[int, int]:
    """The newest offset of each partition of the topic that a history has.

    Args:
        history: The directory of an archive, of which the manifest says it; or a table or a directory of Parquet files, of which two
            columns are read.
        offset_columns: The names of the columns of partition and offset. If not given, those of the archive, else
            ``KafkaPartition`` and ``KafkaOffset``.

    Returns:
        Offset by partition; empty if the directory is not there yet.

    Raises:
        DHError: if there are no such columns.

    Example:
        from kinetable import empty_table
        from kinetable.history import ends
        print(ends(empty_table(6).update(["KafkaPartition = i % 2", "KafkaOffset = (long) i"])))
    """
    return _past(history, offset_columns)[1]


def stitch(
    history: Union[Table, Path],
    live: Union[Table, Callable[[dict[int, int]], Table]],
    offset_columns: Optional[tuple[str, str]] = None,
    on_gap: str = "error",
) -> Table:
    """One table of history and what comes after it, without a gap and without a double.

    Rows of the live table at or before the newest offset that history has of their partition are left out, and so are rows
    without partition or offset.

    Args:
        history: A table, or the directory of an archive or of Parquet files. One that is not there yet has no rows.
        live: An append table with the columns of history; or, surer, a function that opens it: it is given the offsets at which
            to begin, as `kafka_consumer.consume` takes them (partitions that history does not have begin with their first record).
        offset_columns: The names of the columns of partition and offset. If not given, those of the archive, else
            ``KafkaPartition`` and ``KafkaOffset``.
        on_gap: ``"error"`` if the live table's rows may not begin behind the end of a partition, ``"allow"`` if they may, since the
            topic no longer has the records between.

    Returns:
        A live table with the columns of history, in its order: first its rows, then the live ones.

    Raises:
        DHError: if there is a gap, a column is missing or has another type, or the live table is a blink table.

    Example:
        from kinetable import empty_table
        from kinetable.history import stitch
        topic = empty_table(6).update(["KafkaPartition = 0", "KafkaOffset = (long) i", "X = i * 10"])
        print(stitch(topic.head(4), topic.where("KafkaOffset >= 2")).to_string())
    """
    if on_gap not in ("error", "allow"):
        raise DHError(message=f'on_gap={on_gap!r} is not known\n  hint: "error" or "allow"')
    past, found, columns = _past(history, offset_columns)
    if not isinstance(live, Table):
        # -1 stands for the partitions that are not named: those begin with their first record.
        live = live({-1: -1} | {partition: offset + 1 for partition, offset in found.items()})
    if live.is_blink:
        text = "a blink table keeps no rows that history could be joined to"
        raise DHError(message=f"{text}\n  hint: open the topic as an append table, or use stream.blink_to_append_only")
    if past is None:
        return live
    if not isinstance(history, Table):
        past = _typed_as(history, past, live)
    return Table(_native.stitch(past._native, live._native, found, columns, on_gap == "allow"))


def _past(
    history: Union[Table, Path], offset_columns: Optional[tuple[str, str]]
) -> tuple[Optional[Table], dict[int, int], tuple[str, str]]:
    """The rows of a history, if it has any, the ends of its partitions, and the columns that say them."""
    if isinstance(history, Table):
        columns = offset_columns or OFFSET_COLUMNS
        return history, _native.ends(history._native, columns), columns
    while True:
        known = _native.archive_ends(os.fspath(history))
        if known is None:
            columns = offset_columns or OFFSET_COLUMNS
            past = parquet.read(history) if _holds_files(history) else None
            return past, {} if past is None else _native.ends(past._native, columns), columns
        found, rows, begun_with = known
        columns = offset_columns or begun_with or OFFSET_COLUMNS
        if rows == 0:
            return None, found, columns
        if begun_with != columns:
            text = f'the archive "{os.fspath(history)}" does not say how far the columns {columns} are archived'
            raise DHError(message=f"{text}\n  hint: it was begun with {begun_with or 'no columns of partition and offset'}")
        past = parquet.read(history)
        # Whoever archives may have written between the two looks.
        if _native.archive_ends(os.fspath(history)) == known:
            return past, found, columns


def _typed_as(path: Path, past: Table, live: Table) -> Table:
    """The same files, columns that are names of directories with the types of the live table."""
    wanted, found = live.definition, past.definition
    types = {name: wanted.get(name, column).data_type for name, column in found.items()}
    if all(types[name].name == column.data_type.name for name, column in found.items()):
        return past
    return parquet.read(path, table_definition=types)


def _holds_files(path: Path) -> bool:
    if os.path.isfile(path):
        return True
    for _, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(("_", "."))]
        if any(name.endswith(".parquet") and not name.startswith(("_", ".")) for name in names):
            return True
    return False


@atexit.register
def _stop_all() -> None:
    for running in list(Archive._running):
        try:
            running()
        except DHError as error:
            # The others still have rows to be written.
            print(f"{running!r} could not be ended: {error}", file=sys.stderr)
