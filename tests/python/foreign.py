"""Clients of others, fetched from where their makers publish them: none is part of this project.

They are kept in the folder that ``KINETABLE_BROKER_CACHE`` names, or in ``target``. A folder there is whole: it is
filled under another name, and renamed when it is done. Where one cannot be had, the tests that need it are skipped and
say why; with ``KINETABLE_TEST_ALL`` set, as ``cargo xtask test --all`` sets it, they fail.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile
from typing import Callable

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INTEROP = ROOT / "tests" / "interop"
# The package that has Deephaven's client for browsers in it.
BROWSER = "deephaven-server==42.7"
JAVA = "0.40.1"


def lacking(reason: str) -> None:
    """Skips the test, or fails it where nothing may be left out."""
    if os.environ.get("KINETABLE_TEST_ALL"):
        pytest.fail(reason)
    pytest.skip(reason)


def needs(tool: str) -> None:
    """Skips the test if a tool is missing."""
    if shutil.which(tool) is None:
        lacking(f"{tool} is not installed")


def path() -> str:
    """Where programs are found."""
    return os.environ["PATH"]


def browser_client() -> pathlib.Path:
    """The module ``dh-core.mjs``, out of the 251 MB of the Python package of Deephaven's server."""

    def fill(folder: pathlib.Path) -> None:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, BROWSER]
        _run(pip, f"{BROWSER} cannot be downloaded")
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as outer:
            (jar,) = (name for name in outer.namelist() if "/deephaven-web-" in name)
            with zipfile.ZipFile(io.BytesIO(outer.read(jar))) as inner:
                (folder / "dh-core.mjs").write_bytes(inner.read("META-INF/resources/jsapi/dh-core.js"))
        wheel.unlink()

    return _kept(f"deephaven-js-{BROWSER.partition('==')[2]}", fill) / "dh-core.mjs"


def java_client() -> pathlib.Path:
    """The folder with the jars of Deephaven's Java client, 94 MB."""

    def fill(folder: pathlib.Path) -> None:
        (folder / "pom.xml").write_text(_POM)
        maven = ["mvn", "-B", "-q", "-f", folder / "pom.xml", "dependency:copy-dependencies"]
        maven += ["-DincludeScope=runtime", f"-DoutputDirectory={folder / 'libs'}"]
        _run(maven, f"Maven cannot fetch Deephaven's Java client {JAVA}")

    return _kept(f"deephaven-java-{JAVA}", fill) / "libs"


_POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>kinetable</groupId>
  <artifactId>client-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.deephaven</groupId>
      <artifactId>deephaven-java-client-barrage-dagger</artifactId>
      <version>{JAVA}</version>
    </dependency>
    <dependency>
      <groupId>io.deephaven</groupId>
      <artifactId>deephaven-log-to-slf4j</artifactId>
      <version>{JAVA}</version>
    </dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
"""


def _kept(name: str, fill: Callable[[pathlib.Path], None]) -> pathlib.Path:
    """A folder of the cache, filled if need be; processes that want the same wait for each other."""
    named = os.environ.get("KINETABLE_BROKER_CACHE") or os.environ.get("CARGO_TARGET_DIR") or ROOT / "target"
    cache = pathlib.Path(named)
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / name
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(open(cache / f"{name}.lock", "w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            return folder
        partial = cache / f"{name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        fill(partial)
        partial.rename(folder)
    return folder


def _run(command: list[object], failure: str) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, encoding="utf-8", timeout=900)
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if "ERROR" in line]
        lacking(f"{failure}: {(lines or ['it printed nothing'])[-1]}")
