"""The names of the API, the pages made from docstrings, and the stubs: each is what the package is."""

from __future__ import annotations

import ast
import inspect
import pathlib
import sys

from kinetable import _kinetable

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "xtask/docs"))

from folder import stale  # noqa: E402
from names import read_differences, read_names  # noqa: E402
from pages import pages  # noqa: E402
from state import DIFFERS, states  # noqa: E402
from surface import modules  # noqa: E402


def test_what_differs_from_the_api_says_why():
    unexplained = [f"{found.name.path} {found.reason}" for found in states() if found.is_unexplained]
    assert not unexplained, "mend these, or say why in docs/api/differences.tsv:\n" + "\n".join(unexplained)


def test_differences_are_of_names_that_are_there():
    of_names = {found.name.path: found.state for found in states()}
    assert all(of_names.get(path) == DIFFERS for path in read_differences()), read_differences()


def test_a_name_is_listed_once():
    paths = [name.path for name in read_names()]
    assert len(paths) == len(set(paths))


def test_pages_are_what_the_docstrings_say_and_every_example_runs():
    found = stale(pages())
    assert not found, "run cargo xtask docs; these pages are stale:\n" + "\n".join(found)


def test_every_function_and_every_method_of_table_has_an_example():
    calls = [operation for module in modules() for operation in module.operations if operation.is_call]
    calls = [call for call in calls if "." not in call.name or call.path.startswith("table.Table.")]
    lacking = [call.path for call in calls if not call.is_shown]
    assert not lacking, "these have neither Example: nor Usage:\n" + "\n".join(lacking)


def test_a_section_of_arguments_names_them_all():
    wrong = []
    for operation in (operation for module in modules() for operation in module.operations):
        told = [name.lstrip("*") for names, _ in operation.docstring.args for name in names.split(", ")]
        if told and told != list(operation.parameters):
            wrong.append(f"{operation.path}: {told}, but it takes {list(operation.parameters)}")
    assert not wrong, "\n".join(wrong)


def test_stubs_name_what_the_native_module_has():
    source = (ROOT / "crates/python/kinetable/_kinetable.pyi").read_text("utf-8")
    stubs = {node.name: node for node in ast.parse(source).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    public = {name for name in vars(_kinetable) if not name.startswith("_")}
    assert public == set(stubs)
    for name, stub in stubs.items():
        native = getattr(_kinetable, name)
        if isinstance(stub, ast.ClassDef):
            assert _members(native) == {item.name for item in stub.body if isinstance(item, ast.FunctionDef)}, name
        else:
            assert list(inspect.signature(native).parameters) == _parameters(stub), name


def _members(native: type) -> set[str]:
    inherited = set(dir(object)) - {"__len__"}
    return {name for name in vars(native) if name not in inherited and name not in ("__module__", "__doc__")}


def _parameters(stub: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in (*stub.args.posonlyargs, *stub.args.args, *stub.args.kwonlyargs)]
