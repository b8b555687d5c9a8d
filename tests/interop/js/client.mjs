// Deephaven's client for browsers under Node: what a page gives it, Node gives it here.
//
// The library is named by DH_CORE, and is no part of this project. Node's own WebSocket and fetch carry its calls.

globalThis.self = globalThis;
globalThis.window = globalThis;

export const { default: dh } = await import(process.env.DH_CORE);

const PSK = 'io.deephaven.authentication.psk.PskAuthenticationHandler';
const PATIENCE = 120_000;

/** A client that has logged in. */
export async function knock(url, transport, token) {
  const client = new dh.CoreClient(url, { useWebsockets: transport === 'websocket' });
  await client.login({ type: PSK, token });
  return client;
}

/** A client, its connection and a session of its console. */
export async function enter(url, transport, token) {
  const client = await knock(url, transport, token);
  const connection = await client.getAsIdeConnection();
  return { client, connection, session: await connection.startSession('python') };
}

/** What a promise gives, or an error that says what did not come. */
export function within(promise, what, patience = PATIENCE) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`no ${what} in ${patience} ms`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** The detail of the first event of a kind that a condition holds for, told after `act` was done. */
export function event(target, kind, act = () => {}, holds = () => true) {
  let off;
  const told = new Promise((resolve, refuse) => {
    off = target.addEventListener(kind, (each) => holds(each.detail) && resolve(each.detail));
    Promise.resolve(act()).catch(refuse);
  });
  return within(told, `event "${kind}"`).finally(() => off());
}

/** A cell as JSON has it: numbers and texts as they are, what JSON has not as its text. */
export function cell(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(cell);
  return typeof value === 'object' ? String(value) : value;
}

/** Cells of rows, a list for each row. */
export const cells = (data, columns) => [...data.rows].map((row) => columns.map((column) => cell(row.get(column))));

/** Rows of a table in a viewport. */
export async function rows(table, first = 0, last = 4, columns = table.columns) {
  table.setViewport(first, last, columns);
  return cells(await within(table.getViewportData(), 'rows of the viewport'), columns);
}

/** All rows of a table, without a viewport. */
export async function all(table, columns = table.columns) {
  const range = dh.RangeSet.ofRange(0, Math.max(table.size, 1) - 1);
  return cells(await within(table.createSnapshot({ rows: range, columns }), 'a snapshot'), columns);
}

/** Rows of a viewport that is followed, when they are as many and such as asked for. */
export async function followed(table, first, last, holds, act = () => {}) {
  const columns = table.columns;
  const detail = await event(
    table,
    dh.Table.EVENT_UPDATED,
    () => {
      table.setViewport(first, last);
      return act();
    },
    (data) => holds(cells(data, columns)),
  );
  return cells(detail, columns);
}

/** The message of what an action is refused with. */
export async function refusal(action) {
  try {
    await within(action(), 'refusal');
  } catch (error) {
    return String(error?.message ?? error?.detail ?? error?.detail_0 ?? error);
  }
  throw new Error('it was not refused');
}

/** Runs code in the console; an error of the code is an error here. */
export async function run(session, ...lines) {
  const answer = await within(session.runCode(lines.join('\n')), 'end of the command');
  if (answer.error) throw new Error(answer.error);
  return answer.changes;
}
