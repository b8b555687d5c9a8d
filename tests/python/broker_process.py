"""The ``kinetable-broker`` binary as a context manager: a broker, a registry and feeds for a test.

The binary is the one that ``KINETABLE_BROKER_BIN`` names, or the newest that cargo has built in this checkout.
"""

import json
import os
import pathlib
import subprocess


class BrokerError(Exception):
    """A command that the broker process refused, with its reason."""


def find_binary() -> str:
    """The path of the binary; raises if it has not been built."""
    named = os.environ.get("KINETABLE_BROKER_BIN")
    if named:
        return named
    root = pathlib.Path(__file__).resolve().parents[2]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", root / "target"))
    built = [target / profile / "kinetable-broker" for profile in ("release", "debug")]
    built = [path for path in built if path.exists()]
    if not built:
        raise FileNotFoundError("kinetable-broker is not built: run `cargo build --release -p kinetable-broker`")
    return str(max(built, key=lambda path: path.stat().st_mtime))


class BrokerProcess:
    """A running process. ``bootstrap`` and ``registry`` are its addresses, ``ready`` is all of its first line.

    Commands are methods: ``broker.produce_trades(count=1000)`` sends ``{"cmd": "produce_trades", "count": 1000}``
    and returns the answer. They are listed in ``docs/brokers.md``.
    """

    def __init__(self, *arguments: str, action: str = "serve"):
        self._process = subprocess.Popen(
            [find_binary(), action, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self.ready = self._read()
        except BaseException:
            self.close()
            raise
        self.bootstrap = self.ready["bootstrap"]
        self.registry = self.ready["registry"]

    def __getattr__(self, command: str):
        if command.startswith("_"):
            raise AttributeError(command)
        return lambda **fields: self.ask(cmd=command, **fields)

    def ask(self, **fields):
        """Sends one command and returns its answer; raises ``BrokerError`` if it was refused."""
        self._process.stdin.write(json.dumps(fields) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        if not answer["ok"]:
            raise BrokerError(answer["error"])
        return answer

    def close(self):
        """Ends the process, and the broker with it."""
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        line = self._process.stdout.readline()
        if not line:
            raise BrokerError(f"kinetable-broker ended with status {self._process.wait()}")
        return json.loads(line)
