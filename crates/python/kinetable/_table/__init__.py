"""The methods of `kinetable.Table`, a module a family; `kinetable.table` puts them together."""
