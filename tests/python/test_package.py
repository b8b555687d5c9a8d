"""The package as it is installed: import time, the command."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import kinetable


def run(*arguments, **options):
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=600, **options)


def test_import_to_first_table_needs_no_heavy_library():
    script = textwrap.dedent(
        """
        import sys
        from kinetable import empty_table
        table = empty_table(10).update("X = i * 2")
        heavy = ("pandas", "pyarrow", "polars", "numpy", "matplotlib", "plotly", "asyncio", "http", "kinetable.server")
        print(table.size, *(name for name in heavy if name in sys.modules))
        """
    )
    assert run("-c", script).stdout == "10\n"


def test_the_command_tells_its_version():
    for command in (["-m", "kinetable", "--version"], ["-m", "kinetable.cli", "--version"]):
        assert run(*command).stdout == f"kinetable {kinetable.__version__}\n"


def test_run_runs_a_script_with_its_arguments(tmp_path):
    script = tmp_path / "app.py"
    script.write_text(
        "import sys\nfrom kinetable import empty_table\nprint(__name__, sys.argv[1:], empty_table(3).size)\n"
    )
    done = run("-m", "kinetable", "run", str(script), "--flag", "x")
    assert (done.stdout, done.returncode) == ("__main__ ['--flag', 'x'] 3\n", 0), done.stderr


def test_run_keeps_live_tables_going_until_it_is_told_to_end(tmp_path):
    script = tmp_path / "app.py"
    script.write_text(
        "from kinetable import time_table\nfrom kinetable.table_listener import listen\n"
        "ticking = time_table('PT0.05S')\nhandle = listen(ticking, lambda update, _: print('tick', flush=True))\n"
    )
    command = [sys.executable, "-m", "kinetable", "run", str(script)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert [process.stdout.readline() for _ in range(3)] == ["tick\n"] * 3
        process.terminate()
        assert process.wait(60) == 0
        assert "running with handle, ticking" in process.stderr.read()
    finally:
        process.kill()


def test_run_shows_the_scripts_own_errors(tmp_path):
    script = tmp_path / "app.py"
    script.write_text(
        "from kinetable import empty_table\n"
        "def f(x) -> int:\n    return x.missing\n"
        "empty_table(1).update('X = f(ii)')\n"
    )
    done = run("-m", "kinetable", "run", str(script))
    assert done.returncode == 1
    assert "return x.missing" in done.stderr and "DHError" in done.stderr
    assert run("-m", "kinetable", "run", str(tmp_path / "no.py")).returncode == 2


def test_a_process_with_live_tables_ends():
    done = run("-c", "from kinetable import time_table; t = time_table('PT0.01S'); t.await_update(1000)")
    assert (done.returncode, done.stderr) == (0, "")
