// What moves: rows that come, change and go, and clients that follow them.

import { all, cell, dh, event, followed, refusal, rows, run, within } from './client.mjs';

const byFirst = (a, b) => (a[0] < b[0] ? -1 : 1);

export const ticks = async ({ session }) => {
  const table = await session.getTable('orders');
  table.applySort([table.findColumn('V').sort().desc()]);
  const before = await rows(table, 0, 2);
  const put = (pairs) => () => run(session, `put(${JSON.stringify(pairs)})`);
  const came = await followed(table, 0, 2, (found) => found[0]?.[1] === '50', put({ e: 50 }));
  const changed = await followed(table, 0, 2, (found) => found[0]?.[0] === 'a', put({ a: 60 }));
  const gone = await followed(table, 0, 2, (found) => found[0]?.[0] === 'e', () => run(session, 'take(["a"])'));
  const size = table.size;
  const moved = await rows(table, 2, 9);
  table.close();
  await run(session, 'take(["e"])', 'put({"a": 10})');
  return { before, came, changed, gone, size, moved };
};

/** Keeps the rows that updates lead to, by key; what is removed or modified must be there. */
function kept(columns) {
  const held = new Map();
  const seen = { added: 0, modified: 0, removed: 0 };
  const take = (data) => {
    for (const index of each(data.removed)) {
      if (!held.delete(index)) throw new Error(`row ${index} is removed, but is not there`);
      seen.removed += 1;
    }
    for (const kind of ['added', 'modified']) {
      for (const index of each(data[kind])) {
        if (held.has(index) !== (kind === 'modified')) throw new Error(`row ${index} is ${kind} against what is there`);
        held.set(index, columns.map((column) => cell(data.getData(index, column))));
        seen[kind] += 1;
      }
    }
    return { ...seen };
  };
  return { take, seen, rows: () => [...held.values()].sort(byFirst) };
}

/** The keys of a range set. Its iterator says `done` where there is more, so `hasNext` is asked. */
function each(range) {
  const keys = [];
  for (const iterator = range.iterator(); iterator.hasNext(); ) keys.push(Number(cell(iterator.next().value)));
  return keys;
}

export const subscription = async ({ session }) => {
  const table = await session.getTable('orders');
  const copy = kept(table.columns);
  const subscription = table.subscribe(table.columns, 50);
  const follow = (holds, act) => event(subscription, 'updated', act, (data) => holds(copy.take(data)));
  await follow((seen) => seen.added >= 4);
  const first = copy.rows();
  await follow((seen) => seen.modified === 1, () => run(session, 'put({"b": 21, "f": 70})'));
  const changed = copy.rows();
  await follow((seen) => seen.removed === 1, () => run(session, 'take(["f"])'));
  const last = copy.rows();
  subscription.close();
  await run(session, 'put({"b": 20})');
  return { first, changed, last, seen: copy.seen };
};

export const sizes = async ({ session }) => {
  const table = await session.getTable('orders');
  const before = table.size;
  const act = () => run(session, 'put({"g": 1, "h": 2})');
  await event(table, dh.Table.EVENT_SIZECHANGED, act, () => table.size === before + 2);
  await event(table, dh.Table.EVENT_SIZECHANGED, () => run(session, 'take(["g", "h"])'), () => table.size === before);
  return { before, after: table.size };
};

export const inputTables = async ({ session }) => {
  const table = await session.getTable('entries');
  const input = await table.inputTable();
  const settled = async (size) => {
    if (table.size !== size) await event(table, dh.Table.EVENT_SIZECHANGED, () => {}, () => table.size === size);
    return (await all(table)).sort(byFirst);
  };
  await input.addRows([{ K: 'x', V: 1 }, { K: 'y', V: 2 }]);
  const added = await settled(2);
  await input.addRow({ K: 'z', V: null });
  const third = await settled(3);
  await input.addRow({ K: 'x', V: 9 });
  const upserted = await settled(3);
  const gone = await session.newTable(['K'], ['java.lang.String'], [['y']], null);
  await input.deleteTable(gone);
  const deleted = await settled(2);
  const wrong = await session.newTable(['Q'], ['int'], [[1]], null);
  return {
    keys: [...input.keys],
    values: [...input.values],
    added,
    third,
    upserted,
    deleted,
    refused: await refusal(() => input.addTable(wrong)),
    notInput: await refusal(async () => (await session.getTable('trades')).inputTable()),
  };
};

export const fields = async ({ connection, session }) => {
  const told = [];
  let more = () => {};
  const off = connection.subscribeToFieldUpdates((changes) => {
    for (const kind of ['created', 'updated', 'removed']) {
      for (const field of changes[kind]) told.push([kind, field.type, field.name ?? field.title]);
    }
    more();
  });
  const until = (holds) =>
    within(new Promise((resolve) => ((more = () => holds() && resolve()), more())), 'change of the fields');
  const has = (kind, name) => () => told.some((each) => each[0] === kind && each[2] === name);
  await until(has('created', 'trades'));
  const first = told.splice(0).sort((a, b) => byFirst([a[2]], [b[2]]));
  await run(session, 'fleeting = trades.head(1)');
  await until(has('created', 'fleeting'));
  await run(session, 'fleeting = trades.head(2)');
  await until(has('updated', 'fleeting'));
  await run(session, 'del fleeting');
  await until(has('removed', 'fleeting'));
  off();
  return { first, later: told.filter((each) => each[2] === 'fleeting') };
};
