"""A Deephaven server on a port, with a script of this folder's: `pip install deephaven-server`, and Java 17."""

from __future__ import annotations

import os
import pathlib
import sys
import threading

from deephaven_server import Server

heap = os.environ.get("BENCH_DEEPHAVEN_HEAP", "8g")
arguments = [f"-Xmx{heap}", "-DAuthHandlers=io.deephaven.auth.AnonymousAuthenticationHandler"]
server = Server(port=int(sys.argv[1]), jvm_args=arguments)
server.start()
# Its clients see the variables of this module.
exec(pathlib.Path(sys.argv[2]).read_text().replace("kinetable", "deephaven"), globals())
threading.Event().wait()
