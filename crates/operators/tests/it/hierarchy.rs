//! Trees and rollups under the oracle, against a walk from the roots.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, BooleanArray, Int32Array, Int64Array, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use expect_test::expect;
use kinetable_engine::column::Packed;
use kinetable_engine::{Definition, Properties, Result, RowSet, Table};
use kinetable_operators::aggregate::{Aggregation, GroupOptions, agg_by};
use kinetable_operators::hierarchy::{
    DEPTH, EXPANDED, Expanded, HAS_CHILDREN, Mark, OpenGroups, Rollup, Tree, promote_orphans, rollup_view,
    tree_view,
};
use kinetable_operators::sort::Direction;
use kinetable_testkit::text::value_text;
use kinetable_testkit::{Profile, fixed, oracle, table_text};

/// How many levels are expanded from a row of an id and a depth on, if so many are because of those above.
type Open = Box<dyn Fn(&str, i32, u32) -> u32>;

/// The tree by walking it, with text of cells as ids.
struct Walk {
    ids: Vec<Option<String>>,
    parents: Vec<Option<String>>,
    open: Open,
    /// Rows in the order of siblings.
    order: Vec<usize>,
    shown: Vec<(usize, i32, bool, bool)>,
}

impl Walk {
    fn children(&self, row: usize) -> Vec<usize> {
        let Some(id) = &self.ids[row] else { return Vec::new() };
        let is_first = self.ids.iter().position(|other| other.as_ref() == Some(id)) == Some(row);
        let below = |child: &usize| is_first && self.parents[*child].as_ref() == Some(id);
        self.order.iter().copied().filter(below).collect()
    }

    fn visit(&mut self, row: usize, depth: i32, levels: u32) {
        let children = self.children(row);
        let levels = self.ids[row].as_ref().map_or(0, |id| (self.open)(id, depth, levels));
        let is_open = levels > 0 && !children.is_empty();
        self.shown.push((row, depth, is_open, !children.is_empty()));
        if is_open {
            children.into_iter().for_each(|child| self.visit(child, depth + 1, levels - 1));
        }
    }
}

fn walked(
    table: &Table,
    descending: Option<usize>,
    open: impl Fn(&str, i32) -> bool + 'static,
    promote: bool,
) -> Result<Table> {
    walked_deep(table, descending, move |id, depth, _| u32::from(open(id, depth)), promote)
}

fn walked_deep(
    table: &Table,
    descending: Option<usize>,
    open: impl Fn(&str, i32, u32) -> u32 + 'static,
    promote: bool,
) -> Result<Table> {
    let version = table.version();
    let texts = |column: usize| -> Result<Vec<Option<String>>> {
        let values = version.read(column, version.rows())?;
        Ok((0..values.len()).map(|row| values.is_valid(row).then(|| value_text(&values, row))).collect())
    };
    let (ids, mut parents) = (texts(0)?, texts(1)?);
    if promote {
        let known: HashSet<&String> = ids.iter().flatten().collect();
        parents = parents.into_iter().map(|parent| parent.filter(|parent| known.contains(parent))).collect();
    }
    let mut order: Vec<usize> = (0..ids.len()).collect();
    if let Some(column) = descending {
        let values = version.read(column, version.rows())?;
        let values = values.as_any().downcast_ref::<Int64Array>().expect("a column of longs").clone();
        let key = |row: &usize| std::cmp::Reverse(values.is_valid(*row).then(|| values.value(*row)));
        order.sort_by_key(key);
    }
    let roots: Vec<usize> = order.iter().copied().filter(|row| parents[*row].is_none()).collect();
    let mut walk = Walk { ids, parents: parents.clone(), open: Box::new(open), order, shown: Vec::new() };
    roots.into_iter().for_each(|row| walk.visit(row, 0, 0));
    let keys: UInt64Array = walk.shown.iter().map(|(row, ..)| version.rows().select(*row as u64)).collect();
    let own: [(&str, ArrayRef); 3] = [
        (DEPTH, Arc::new(walk.shown.iter().map(|row| Some(row.1)).collect::<Int32Array>())),
        (EXPANDED, Arc::new(walk.shown.iter().map(|row| Some(row.2)).collect::<BooleanArray>())),
        (HAS_CHILDREN, Arc::new(walk.shown.iter().map(|row| Some(row.3)).collect::<BooleanArray>())),
    ];
    let rows = RowSet::flat(keys.len() as u64);
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (name, values) in own {
        fields.push(Arc::new(Field::new(name, values.data_type().clone(), true)));
        columns.push(Packed::column(rows.clone(), values)?);
    }
    for (index, field) in table.schema().fields().iter().enumerate() {
        fields.push(field.clone());
        let mut values = version.column(index).gather(&keys)?;
        if promote && index == 1 {
            let kept = walk.shown.iter().map(|(row, ..)| parents[*row].is_none()).collect::<BooleanArray>();
            values = arrow_select::nullif::nullif(&values, &kept)?;
        }
        columns.push(Packed::column(rows.clone(), values)?);
    }
    Ok(Table::fixed(Definition::new(Arc::new(Schema::new(fields)), Properties::ANY), rows, columns))
}

fn profile() -> Profile {
    Profile::full().columns("Id:i64 Parent:i64 Qty:i64 Sym:str").distinct(14).nulls(0.2).specials(0.0)
}

const PLAIN: Tree<'static> = Tree { id: "Id", parent: "Parent", order: &[] };

#[test]
fn trees_are_what_a_walk_finds() {
    for profile in [profile(), profile().distinct(40).changes(3)] {
        oracle("tree, all")
            .input(profile.clone())
            .against(|inputs| walked(&inputs[0], None, |_, _| true, false))
            .check(|inputs| tree_view(&inputs[0], &PLAIN, &Expanded::All));
        oracle("tree, roots and what is below them")
            .input(profile)
            .against(|inputs| walked(&inputs[0], None, |_, depth| depth < 1, false))
            .check(|inputs| tree_view(&inputs[0], &PLAIN, &Expanded::Below(1)));
    }
}

#[test]
fn chosen_rows_of_trees_are_expanded_and_sorted() {
    let open = || Arc::new(Int64Array::from(vec![1, 2, 3, 5, 8])) as ArrayRef;
    let is_open = |id: &str, _: i32| ["1", "2", "3", "5", "8"].contains(&id);
    oracle("tree, some, sorted")
        .input(profile())
        .against(move |inputs| walked(&inputs[0], Some(2), is_open, false))
        .check(move |inputs| {
            let tree = Tree { order: &[(2, Direction::Descending)], ..PLAIN };
            tree_view(&inputs[0], &tree, &Expanded::Ids(open()))
        });
}

#[test]
fn marked_rows_hand_their_levels_down() {
    let marks = || {
        let ids = Arc::new(Int64Array::from(vec![1, 3, 5, 8, 9])) as ArrayRef;
        let deep = [Mark::Deep(u32::MAX), Mark::Closed, Mark::Deep(2), Mark::Open, Mark::Deep(0)];
        Expanded::Marked(1, ids, deep.to_vec())
    };
    let levels = |id: &str, depth: i32, above: u32| match id {
        "1" => 1000,
        "3" | "9" => 0,
        "5" => 2,
        "8" => above.max(u32::from(depth == 0)).max(1),
        _ => above.max(u32::from(depth == 0)),
    };
    for profile in [profile(), profile().distinct(40).changes(3)] {
        oracle("tree, marked")
            .input(profile)
            .against(move |inputs| walked_deep(&inputs[0], None, levels, false))
            .check(move |inputs| tree_view(&inputs[0], &PLAIN, &marks()));
    }
}

#[test]
fn marked_groups_are_those_that_are_shown() {
    let table = fixed("Sym:str Flag:bool Qty:i32 Id:i64\nb true 1 1\na false 2 2\nb false 4 3\nb true 8 4\n");
    let b: ArrayRef = Arc::new(arrow_array::StringViewArray::from(vec!["b"]));
    let shown = |marked: Vec<(Vec<ArrayRef>, Vec<Mark>)>| {
        let view = rollup(&table, true, &OpenGroups::Marked(0, marked)).expect("a rollup").version();
        view.rows().len()
    };
    assert_eq!(shown(vec![]), 1, "the total");
    assert_eq!(shown(vec![(vec![], vec![Mark::Open])]), 3, "and two groups");
    assert_eq!(shown(vec![(vec![], vec![Mark::Deep(2)])]), 6, "and three below them");
    assert_eq!(shown(vec![(vec![], vec![Mark::Deep(u32::MAX)])]), 10, "and all rows");
    let all_but_b = vec![(vec![], vec![Mark::Deep(u32::MAX)]), (vec![b.clone()], vec![Mark::Closed])];
    assert_eq!(shown(all_but_b), 5, "the total, a, its group and row, and b");
    let b_alone = vec![(vec![], vec![Mark::Open]), (vec![b], vec![Mark::Deep(3)])];
    assert_eq!(shown(b_alone), 8);
}

#[test]
fn orphans_are_promoted() {
    oracle("orphans")
        .input(profile().initial(20).changes(4))
        .against(|inputs| walked(&inputs[0], None, |_, _| true, true))
        .check(|inputs| tree_view(&promote_orphans(&inputs[0], "Id", "Parent")?, &PLAIN, &Expanded::All));
}

fn rollup(table: &Table, rows: bool, open: &OpenGroups) -> Result<Table> {
    let by = ["Sym", "Flag"];
    let aggregations = [Aggregation::sum(["Total = Qty"]), Aggregation::count("N")];
    let level = |depth: usize| agg_by(table, &aggregations, &by[..depth], &GroupOptions::default());
    let levels = [level(0)?, level(1)?, level(2)?];
    let rollup = Rollup {
        levels: &levels,
        rows: rows.then_some(table),
        by: &by,
        group_order: &[
            ("Total", Direction::Descending),
            ("Sym", Direction::Ascending),
            ("Flag", Direction::Ascending),
        ],
        row_order: &[("Id", Direction::Ascending)],
    };
    rollup_view(&rollup, open)
}

#[test]
fn rollups_follow_their_rows() {
    let keys =
        || OpenGroups::Keys(vec![vec![], vec![Arc::new(arrow_array::StringViewArray::from(vec!["a", "b"]))]]);
    let profile = || Profile::full().columns("Sym:str Flag:bool Qty:i32 Id:i64").specials(0.0);
    for rows in [false, true] {
        // Against the same on static tables: levels, merges and trees have oracles of their own.
        oracle("rollup, some").input(profile()).check(move |inputs| rollup(&inputs[0], rows, &keys()));
        oracle("rollup, all")
            .input(profile())
            .check(move |inputs| rollup(&inputs[0], rows, &OpenGroups::All));
    }
}

#[test]
fn a_rollup_is_shown_level_by_level() {
    let table = fixed("Sym:str Flag:bool Qty:i32 Id:i64\nb true 1 1\na false 2 2\nb false 4 3\nb true 8 4\n");
    let open = OpenGroups::Keys(vec![
        vec![],
        vec![Arc::new(arrow_array::StringViewArray::from(vec!["b"]))],
        vec![
            Arc::new(arrow_array::StringViewArray::from(vec!["b"])),
            Arc::new(BooleanArray::from(vec![true])),
        ],
    ]);
    let view = rollup(&table, true, &open).expect("a rollup");
    expect![[r#"
        key  __DEPTH__:i32  __EXPANDED__:bool  __HAS_CHILDREN__:bool  Sym:str  Flag:bool  Total:i64  N:i64  Qty:i32  Id:i64
        0    0              true               true                   .        .          15         4      .        .
        1    1              true               true                   b        .          13         3      .        .
        2    2              true               true                   b        true       9          2      .        .
        3    3              false              false                  b        true       .          .      1        1
        4    3              false              false                  b        true       .          .      8        4
        5    2              false              true                   b        false      4          1      .        .
        6    1              false              true                   a        .          2          1      .        .
    "#]].assert_eq(&table_text(&view));
    let total = rollup(&table, true, &OpenGroups::Below(0)).expect("a rollup");
    expect![[r#"
        key  __DEPTH__:i32  __EXPANDED__:bool  __HAS_CHILDREN__:bool  Sym:str  Flag:bool  Total:i64  N:i64  Qty:i32  Id:i64
        0    0              false              true                   .        .          15         4      .        .
    "#]].assert_eq(&table_text(&total));
}

#[test]
fn ids_and_parents_of_other_types_are_refused() {
    let table = fixed("Id:i64 Parent:i32\n1 .\n");
    let error = tree_view(&table, &PLAIN, &Expanded::All).expect_err("types differ");
    assert!(error.to_string().contains("\"Parent\""), "{error}");
    assert_eq!(table.schema().field(0).data_type(), &DataType::Int64);
}
