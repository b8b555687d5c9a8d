//! The native module: what Python's side may call.

use pyo3::prelude::*;

use crate::array::{PyArray, PyMemory};
use crate::listener::{PyChange, PyListening};
use crate::table::{PyPlain, PyRows, PyTable};
use crate::{figures, files, gate, graph, history, input, kafka, listener, ops, parquet, remote, server};

/// The native part of the package `kinetable`: use that.
#[pymodule]
fn _kinetable(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    add_classes(module)?;
    module.add_function(wrap_pyfunction!(crate::values::cells_held, module)?)?;
    add_calendars(module)?;
    add_choosing(module)?;
    add_rows(module)?;
    add_groups(module)?;
    add_joins(module)?;
    add_marks(module)?;
    add_inputs(module)?;
    add_partitioned(module)?;
    add_hierarchies(module)?;
    add_files(module)?;
    add_history(module)?;
    add_figures(module)?;
    add_server(module)?;
    add_remote(module)?;
    add_sources(module)
}

fn add_calendars(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::calendar_add, module)?)?;
    module.add_function(wrap_pyfunction!(ops::calendar_remove, module)?)?;
    module.add_function(wrap_pyfunction!(ops::calendar_set, module)?)?;
    module.add_function(wrap_pyfunction!(ops::calendar_default, module)?)?;
    module.add_function(wrap_pyfunction!(ops::calendar_list, module)?)?;
    module.add_function(wrap_pyfunction!(ops::calendar_zone, module)?)
}

fn add_classes(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyTable>()?;
    module.add_class::<PyRows>()?;
    module.add_class::<PyPlain>()?;
    module.add_class::<PyArray>()?;
    module.add_class::<PyMemory>()?;
    module.add_class::<PyChange>()?;
    module.add_class::<PyListening>()?;
    module.add_class::<input::PyWriter>()?;
    module.add_class::<input::PyInput>()?;
    module.add_class::<graph::PyReplay>()?;
    module.add_class::<kafka::consume::PyTopic>()?;
    module.add_class::<kafka::produce::PyPublication>()
}

fn add_choosing(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::view, module)?)?;
    module.add_function(wrap_pyfunction!(ops::update_view, module)?)?;
    module.add_function(wrap_pyfunction!(ops::update, module)?)?;
    module.add_function(wrap_pyfunction!(ops::select, module)?)?;
    module.add_function(wrap_pyfunction!(ops::lazy_update, module)?)?;
    module.add_function(wrap_pyfunction!(ops::select_distinct, module)?)?;
    module.add_function(wrap_pyfunction!(ops::drop_columns, module)?)?;
    module.add_function(wrap_pyfunction!(ops::rename_columns, module)?)?;
    module.add_function(wrap_pyfunction!(ops::move_columns, module)?)?;
    module.add_function(wrap_pyfunction!(ops::move_columns_down, module)?)?;
    module.add_function(wrap_pyfunction!(ops::where_, module)?)?;
    module.add_function(wrap_pyfunction!(ops::where_one_of, module)?)?;
    module.add_function(wrap_pyfunction!(ops::format_column_where, module)?)?;
    module.add_function(wrap_pyfunction!(ops::format_row_where, module)?)
}

fn add_rows(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::head, module)?)?;
    module.add_function(wrap_pyfunction!(ops::tail, module)?)?;
    module.add_function(wrap_pyfunction!(ops::head_pct, module)?)?;
    module.add_function(wrap_pyfunction!(ops::tail_pct, module)?)?;
    module.add_function(wrap_pyfunction!(ops::slice, module)?)?;
    module.add_function(wrap_pyfunction!(ops::slice_pct, module)?)?;
    module.add_function(wrap_pyfunction!(ops::reverse, module)?)?;
    module.add_function(wrap_pyfunction!(ops::sort, module)?)?;
    module.add_function(wrap_pyfunction!(ops::snapshot, module)?)?;
    module.add_function(wrap_pyfunction!(ops::flatten, module)?)?;
    module.add_function(wrap_pyfunction!(ops::coalesce, module)?)?;
    module.add_function(wrap_pyfunction!(ops::remove_blink, module)?)?;
    module.add_function(wrap_pyfunction!(ops::blink_to_append_only, module)?)?;
    module.add_function(wrap_pyfunction!(ops::add_only_to_blink, module)?)?;
    module.add_function(wrap_pyfunction!(ops::ring_table, module)?)?;
    module.add_function(wrap_pyfunction!(ops::natural_join, module)?)
}

fn add_groups(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::agg_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::update_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::agg_all_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::keyed_transpose, module)?)?;
    module.add_function(wrap_pyfunction!(ops::head_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::tail_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::ungroup, module)?)
}

fn add_joins(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::aj, module)?)?;
    module.add_function(wrap_pyfunction!(ops::raj, module)?)?;
    module.add_function(wrap_pyfunction!(ops::join, module)?)?;
    module.add_function(wrap_pyfunction!(ops::left_outer_join, module)?)?;
    module.add_function(wrap_pyfunction!(ops::full_outer_join, module)?)?;
    module.add_function(wrap_pyfunction!(ops::multi_join, module)?)?;
    module.add_function(wrap_pyfunction!(ops::range_join, module)?)?;
    module.add_function(wrap_pyfunction!(ops::sql_query, module)?)?;
    module.add_function(wrap_pyfunction!(ops::where_in, module)?)?;
    module.add_function(wrap_pyfunction!(ops::where_not_in, module)?)
}

fn add_marks(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::snapshot_when, module)?)?;
    module.add_function(wrap_pyfunction!(ops::time_window, module)?)?;
    module.add_function(wrap_pyfunction!(ops::merge_sorted, module)?)?;
    module.add_function(wrap_pyfunction!(ops::release, module)?)?;
    module.add_function(wrap_pyfunction!(ops::with_attributes, module)?)?;
    module.add_function(wrap_pyfunction!(ops::without_attributes, module)?)?;
    module.add_function(wrap_pyfunction!(ops::restrict_sort_to, module)?)?;
    module.add_function(wrap_pyfunction!(ops::with_order_for_column, module)?)?;
    module.add_function(wrap_pyfunction!(ops::assert_sorted, module)?)?;
    module.add_function(wrap_pyfunction!(ops::format_column, module)?)
}

fn add_inputs(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(input::flush, module)?)?;
    module.add_function(wrap_pyfunction!(input::open_writer, module)?)?;
    module.add_function(wrap_pyfunction!(input::input_table, module)?)?;
    module.add_function(wrap_pyfunction!(graph::replay, module)?)?;
    module.add_function(wrap_pyfunction!(graph::graph_lock, module)?)?;
    module.add_function(wrap_pyfunction!(graph::graph_unlock, module)?)?;
    module.add_function(wrap_pyfunction!(graph::graph_is_locked, module)?)?;
    module.add_function(wrap_pyfunction!(graph::graph_step, module)?)
}

fn add_partitioned(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ops::PyPartitioned>()?;
    module.add_function(wrap_pyfunction!(ops::partition_by, module)?)?;
    module.add_function(wrap_pyfunction!(ops::partitioned_of_tables, module)?)?;
    module.add_function(wrap_pyfunction!(ops::partitioned_of_table, module)?)
}

fn add_hierarchies(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::tree_view, module)?)?;
    module.add_function(wrap_pyfunction!(ops::promote_orphans, module)?)?;
    module.add_function(wrap_pyfunction!(ops::with_ancestors, module)?)?;
    module.add_function(wrap_pyfunction!(ops::with_columns_of, module)?)?;
    module.add_function(wrap_pyfunction!(ops::rollup_view, module)?)
}

fn add_files(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(files::csv_read, module)?)?;
    module.add_function(wrap_pyfunction!(files::csv_write, module)?)?;
    module.add_function(wrap_pyfunction!(files::ipc_read, module)?)?;
    module.add_function(wrap_pyfunction!(files::ipc_write, module)?)?;
    module.add_function(wrap_pyfunction!(files::jsonl_read, module)?)?;
    module.add_function(wrap_pyfunction!(files::jsonl_write, module)?)
}

fn add_remote(module: &Bound<'_, PyModule>) -> PyResult<()> {
    kinetable_server::subscriptions::spell_objects_with(remote::spell);
    module.add_class::<remote::PyRemoteSession>()?;
    module.add_function(wrap_pyfunction!(remote::remote_session, module)?)?;
    module.add_function(wrap_pyfunction!(remote::remote_resolve, module)?)
}

fn add_sources(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(ops::empty_table, module)?)?;
    module.add_function(wrap_pyfunction!(ops::new_table, module)?)?;
    module.add_function(wrap_pyfunction!(ops::table_from_arrow, module)?)?;
    module.add_function(wrap_pyfunction!(ops::time_table, module)?)?;
    module.add_function(wrap_pyfunction!(ops::merge, module)?)?;
    module.add_function(wrap_pyfunction!(ops::time_zone_alias_add, module)?)?;
    module.add_function(wrap_pyfunction!(ops::time_zone_alias_rm, module)?)?;
    module.add_function(wrap_pyfunction!(gate::close, module)?)?;
    module.add_function(wrap_pyfunction!(listener::listen, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::consume, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::consume_parts, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::produce::produce, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::topics, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::kafka_sources, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::set_memory_budget, module)?)?;
    module.add_function(wrap_pyfunction!(kafka::consume::memory_budget, module)?)?;
    module.add_function(wrap_pyfunction!(parquet::parquet_read, module)?)?;
    module.add_function(wrap_pyfunction!(parquet::parquet_write, module)?)?;
    module.add_function(wrap_pyfunction!(parquet::parquet_write_partitioned, module)?)?;
    module.add_function(wrap_pyfunction!(parquet::parquet_delete, module)?)?;
    module.add_function(wrap_pyfunction!(parquet::parquet_counts, module)?)
}

fn add_server(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<server::PyServer>()?;
    module.add_class::<server::PyLog>()?;
    module.add_class::<server::PyRun>()?;
    module.add_class::<server::PyConnection>()?;
    module.add_function(wrap_pyfunction!(server::serve, module)?)
}

fn add_figures(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(figures::figures, module)?)?;
    module.add_function(wrap_pyfunction!(figures::figures_node, module)?)?;
    module.add_function(wrap_pyfunction!(figures::figures_bytes, module)?)?;
    module.add_function(wrap_pyfunction!(figures::figures_totals, module)?)?;
    module.add_function(wrap_pyfunction!(figures::figures_machine, module)?)
}

fn add_history(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<history::PyArchive>()?;
    module.add_function(wrap_pyfunction!(history::archive, module)?)?;
    module.add_function(wrap_pyfunction!(history::archive_ends, module)?)?;
    module.add_function(wrap_pyfunction!(history::ends, module)?)?;
    module.add_function(wrap_pyfunction!(history::stitch, module)?)
}
