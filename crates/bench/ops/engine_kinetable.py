"""Kinetable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import engine_tables
import kinetable
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from kinetable import agg
from numpy.typing import NDArray

NAME = "Kinetable"


def version() -> str:
    return kinetable.__version__


class Cases(engine_tables.Tables):
    """The shared cases, and a function of arrays."""

    def numpy(self) -> Any:
        def rooted(values: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.sqrt(values) * 2.0

        return self.facts.update("F = rooted(V)")

    def read(self, result: Any) -> int:
        """Reads all of a result, as an Arrow stream that nobody keeps."""
        return sum(batch.num_rows for batch in pa.RecordBatchReader.from_stream(result))


def load(folder: Path) -> Cases:
    def table(name: str) -> Any:
        return kinetable.arrow.to_table(pq.read_table(folder / f"{name}.parquet"))

    try:
        from kinetable import updateby
    except ImportError:
        updateby = None
    return Cases(table("facts"), table("keys"), table("marks"), agg, updateby)
