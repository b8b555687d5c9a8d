// Rollups and trees: groups that are opened and shut.

import { cell, dh, event, run } from './client.mjs';

/** Rows of a tree after `act`: depth, whether it is open, whether it has rows below it, cells. */
async function seen(tree, act, holds = () => true) {
  const shown = (data) =>
    [...data.rows].map((row) => [row.depth, row.isExpanded, row.hasChildren, ...tree.columns.map((each) => cell(row.get(each)))]);
  const detail = await event(tree, dh.TreeTable.EVENT_UPDATED, act, (data) => holds(shown(data)));
  return shown(detail);
}

const look = (tree) => () => tree.setViewport(0, 30, tree.columns, 50);

export const rollup = async ({ session }) => {
  const table = await session.getTable('trades');
  const tree = await table.rollup({ groupingColumns: ['Symbol', 'Side'], aggregations: { Sum: ['Id'] }, includeConstituents: true });
  const first = await seen(tree, look(tree));
  const opened = await seen(tree, () => tree.expand(1), (found) => found.length > 5);
  const size = tree.size;
  const shut = await seen(tree, () => tree.collapse(1), (found) => found.length === 5);
  await seen(tree, () => tree.expandAll(), () => tree.size > 60);
  const whole = tree.size;
  const none = await seen(tree, () => tree.collapseAll(), (found) => found.length === 1);
  const sorted = await seen(
    tree,
    () => {
      tree.applySort([tree.findColumn('Id').sort().desc()]);
      tree.expand(0);
    },
    (found) => found.length === 5,
  );
  const columns = tree.columns.map((each) => [each.name, each.type]);
  tree.close();
  return { columns, first, opened, size, shut, whole, none, sorted };
};

export const tree = async ({ session }) => {
  const found = await session.getObject({ type: dh.VariableType.HIERARCHICALTABLE, name: 'staff' });
  const first = await seen(found, look(found));
  const opened = await seen(found, () => found.expand(0), (rows) => rows.length === 3);
  const deeper = await seen(found, () => found.expand(2), (rows) => rows.length === 4);
  const isOpen = [found.isExpanded(0), found.isExpanded(1), found.isExpanded(2)];
  const saved = found.saveExpandedState();
  found.close();
  const again = await session.getObject({ type: dh.VariableType.HIERARCHICALTABLE, name: 'staff' });
  again.restoreExpandedState(saved);
  const restored = await seen(again, look(again), (rows) => rows.length === 4);
  again.close();
  return { first, opened, deeper, isOpen, restored };
};

export const treeMade = async ({ session }) => {
  const table = await session.getTable('people');
  const made = await table.treeTable({ idColumn: 'Id', parentColumn: 'Boss', promoteOrphansToRoot: true });
  const first = await seen(made, look(made), (found) => found.length > 0);
  made.close();
  return first;
};

export const rollupThatTicks = async ({ session }) => {
  const table = await session.getTable('orders');
  const tree = await table.rollup({ groupingColumns: ['K'], aggregations: { Sum: ['V'] }, includeConstituents: false });
  const first = await seen(tree, look(tree), (found) => found.length === 5);
  const later = await seen(tree, () => run(session, 'put({"k": 900})'), (found) => found[0]?.at(-1) > 900);
  await run(session, 'take(["k"])');
  tree.close();
  return { first, later };
};
