//! Tables from tables: one file or folder an operator, in families. Functions over chunks come in as
//! [`kinetable_engine::column::RowFunction`]; formula text is not seen here.
//!
//! | family | functions |
//! |---|---|
//! | [`select`] | `view(table, &[Selection])`, `update_view`, `update`, `select`, `lazy_update`; `drop_columns(table, &[name])`, `rename_columns(table, &[(new, old)])`, `move_columns(table, index, &[(new, old)])`, `move_columns_up`, `move_columns_down` |
//! | [`filter`] | `where_(table, &[Filter])`, `where_one_of` |
//! | [`shape`] | `new_table(columns)`, `empty_table(size)`, `time_table(graph, start, period_ns, retention)`, `merge(&[Table])`, `head(table, n)`, `tail`, `slice(table, start, stop)`, `head_pct`, `tail_pct`, `slice_pct`, `flatten(table)`, `ungroup(table, columns)`, `snapshot(table)`, `remove_blink(table)`, `blink_to_append_only(table)`, `add_only_to_blink(table)`, `ring_table(table, capacity, RingStart)`, `snapshot_when(source, trigger, &[(name in the result, trigger column)], SnapshotMode)`, `time_window(graph, table, time column, window_ns, name, now)`, `keyed_input(commands, keys, command column)`, `replayed(graph, table, time column, &ReplayClock)`, `together(&[Table])`, `release(graph, table, initial, increment)` |
//! | [`join`] | `natural_join(left, right, &[(left key, right key)], &[(name in the result, right column)], NaturalJoinType)`, `exact_join`; `as_of_join(left, right, on, (left, right), Nearest, add)`; `join(left, right, on, add)`, `left_outer_join`, `full_outer_join`; `multi_join(&[(table, keys, add)])`; `range_join(left, right, on, &RangeMatch, groups)`; `default_additions(right, on)` for a join that lists none; `where_in(left, set, on)`, `where_not_in` |
//! | [`sort`] | `sort(table, &[(column index, Direction)])`, `reverse(table)`, `assert_sorted(table, column index, Direction, description)` |
//! | [`aggregate`] | `agg_by(table, &[Aggregation], by, &GroupOptions)` and its short forms; `head_by(table, n, by)`, `tail_by`; `keyed_transpose` |
//! | [`rolling`] | `update_by(table, &[UpdateByOperation], by)` |
//! | [`hierarchy`] | rows that lie below rows: `tree_view`, `rollup_view` |
//! | [`partition`] | tables of tables: `split` (of [`aggregate`]), `transform`, `merge` |
//!
//! All return [`kinetable_engine::Result`] of a [`kinetable_engine::Table`] that is live if an input is. Work on many rows is
//! split over the rayon pool of the caller, so a caller that holds a lock which functions need lets go of it first.

mod estimate;
mod support;

pub mod aggregate;
pub mod filter;
pub mod hierarchy;
pub mod join;
pub mod partition;
pub mod rolling;
pub mod select;
pub mod shape;
pub mod sort;
