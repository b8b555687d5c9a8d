// The console: code, what it prints, what it raises, and what an editor asks; and what is beside tables.

import { dh, refusal, rows, run, within } from './client.mjs';

export const commands = async ({ session }) => {
  const made = await run(session, 'numbers = trades.view("Id").head(3)', 'limit = 5');
  const error = await within(session.runCode('x = 1\n1 / 0'), 'end of the command');
  const changes = (kind) => made[kind].map((each) => [each.type, each.name ?? each.title]);
  const rowsOf = await rows(await session.getTable('numbers'));
  await run(session, 'del numbers');
  return { created: changes('created'), rows: rowsOf, error: error.error };
};

export const log = async ({ session }) => {
  let off = () => {};
  const printed = new Promise((resolve) => {
    off = session.onLogMessage((each) => each.message.includes('printed by') && resolve([each.logLevel, each.message.trim()]));
  });
  await run(session, 'print("printed by", "a command")');
  const found = await within(printed, 'line of the log');
  off();
  return found;
};

export const editor = async ({ session }) => {
  const uri = 'file:///page.py';
  const open = (version, text) => ({ textDocument: { uri, languageId: 'python', version, text } });
  session.openDocument(open(1, 'trades.upd'));
  const ask = (character) => ({ textDocument: { uri, version: 1 }, position: { line: 0, character }, context: { triggerKind: 1 } });
  const methods = await within(session.getCompletionItems(ask(10)), 'completions');
  session.changeDocument({
    textDocument: { uri, version: 2 },
    contentChanges: [{ range: { start: { line: 0, character: 7 }, end: { line: 0, character: 10 } }, text: 'wh' }],
  });
  const changed = await within(session.getCompletionItems(ask(9)), 'completions');
  session.closeDocument({ textDocument: { uri, version: 2 } });
  const labels = (items) => items.map((each) => each.label).sort();
  return { methods: labels(methods), changed: labels(changed) };
};

export const objects = async ({ session }) => {
  const table = await session.getObject({ type: 'pandas.DataFrame', name: 'frame' });
  const figure = await session.getFigure('chart');
  const [chart] = figure.charts;
  return {
    frame: await rows(table),
    title: chart.title,
    series: chart.series.map((each) => each.name),
    axes: chart.axes.map((each) => String(each.type)),
  };
};

export const storage = async ({ client }) => {
  const files = client.getStorageService();
  await files.createDirectory('/notebooks/page');
  const contents = dh.storage.FileContents.text('print(1)\n');
  await files.saveFile('/notebooks/page/one.py', contents);
  const listed = (await files.listItems('/notebooks/page', undefined)).map((each) => [String(each.type), each.basename, Number(each.size ?? 0)]);
  const loaded = await files.loadFile('/notebooks/page/one.py', undefined);
  const text = await loaded.text();
  await files.moveItem('/notebooks/page/one.py', '/notebooks/page/two.py');
  await files.deleteItem('/notebooks/page/two.py');
  const missing = await refusal(() => files.loadFile('/notebooks/page/one.py', undefined));
  return { listed, text, missing };
};

export const server = async ({ client, connection }) => {
  const values = Object.fromEntries(await client.getServerConfigValues());
  const heap = await connection.getWorkerHeapInfo?.();
  return {
    duration: values['http.session.durationMs'],
    version: values['deephaven.version'],
    doors: Object.fromEntries(await client.getAuthConfigValues()).AuthHandlers,
    heap: heap && heap.totalHeapSize > 0,
  };
};

export const shared = async ({ connection, session }, enterAgain) => {
  const table = await session.getTable('trades');
  const ticket = await connection.shareObject(table, 'c2hhcmVkIGJ5IGEgcGFnZQ==');
  const other = await enterAgain();
  const found = await other.connection.getSharedObject(ticket, 'Table');
  const size = found.size;
  other.connection.close();
  return size;
};
