"""Kinetable: a real-time table engine.

A table is static (a Parquet directory) or live (a Kafka topic), and every operation works the same on both::

    from kinetable import agg, kafka_consumer as kc

    trades = kc.consume({"bootstrap.servers": "localhost:9092"}, "trades", value_spec=kc.json_spec({...}))
    totals = trades.agg_by([agg.count_("Trades"), agg.sum_("Total = Size")], by=["Instrument"])

The names are those of Deephaven's Python API: a script runs with its import line changed.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from . import _kinetable
from .csv import read as read_csv
from .csv import write as write_csv
from .dbc import read_sql
from .dherror import DHError
from .table import NaturalJoinType, SortDirection, Table, TableDefinition
from .table_factory import (
    DynamicTableWriter,
    InputTable,
    empty_table,
    function_generated_table,
    input_table,
    merge,
    merge_sorted,
    new_table,
    ring_table,
    time_table,
)

if TYPE_CHECKING:
    from .replay import TableReplayer
    from .stream.kafka import consumer as kafka_consumer
    from .stream.kafka import producer as kafka_producer

__version__: str = _kinetable.__version__

atexit.register(_kinetable.close)

__all__ = [
    "DHError",
    "DynamicTableWriter",
    "InputTable",
    "NaturalJoinType",
    "SortDirection",
    "Table",
    "TableDefinition",
    "TableReplayer",
    "empty_table",
    "function_generated_table",
    "garbage_collect",
    "input_table",
    "kafka_consumer",
    "kafka_producer",
    "merge",
    "merge_sorted",
    "new_table",
    "read_csv",
    "read_sql",
    "ring_table",
    "time_table",
    "write_csv",
]

# Loaded when first asked for, so that importing the package is quick; as are all modules.
_LAZY = {
    "kafka_consumer": ".stream.kafka.consumer",
    "kafka_producer": ".stream.kafka.producer",
}


def garbage_collect() -> None:
    """Runs Python's garbage collector: tables that only cycles of references hold are gone afterwards.

    A table that nobody holds needs no collector: it is gone at once.

    Example:
        from kinetable import garbage_collect
        print(garbage_collect())
    """
    gc.collect()


def _modules() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")]


def __getattr__(name: str) -> Any:
    if name == "TableReplayer":
        from .replay import TableReplayer

        return TableReplayer
    if name not in _LAZY and name not in _modules():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_LAZY.get(name, f".{name}"), __name__)
    globals()[name] = module
    return module


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_modules()})
