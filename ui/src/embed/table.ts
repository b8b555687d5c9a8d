/**
 * `<kinetable-table>`: a live table of a server in any page, as one file without anything around it. `embed.js` of the server is it:
 *
 * ```html
 * <script src="http://localhost:10000/embed.js"></script>
 * <kinetable-table table="trades" token="SECRET" style="height: 400px"></kinetable-table>
 * ```
 *
 * Attributes: `table`, a variable of the server. `server`: where it is, if not where the file came from. `token` and `user`: as in a link.
 * `ops`: operations as JSON (decision 0064), `[{"where": "Price > 5"}]`. `zone`: of times. `density`: 20, 24 or 32 pixels a row.
 * Clicks at headers sort, Ctrl+F filters, Ctrl+C copies. Colours come from custom properties of the page (`grid/theme.ts`).
 * A server lets pages of other origins in that are on its list (`kinetable server --origin URL`).
 *
 * Elements of one server and one secret share a connection, which ends with the last of them.
 */
import { type Cell, Client, type ColumnInfo, isZone, type Op, type Subscription, type Window } from '../client/index.ts';
import { opsOf, EMPTY, setFilter, toggleSort, type Plan } from '../app/plan.ts';
import { KinetableGrid } from '../grid/element.ts';
import { firstWindow } from '../grid/given.ts';
import type { Grid } from '../grid/grid.ts';
import type { GridEvents, GridModel } from '../grid/model.ts';

const ORIGIN = document.currentScript instanceof HTMLScriptElement ? new URL(document.currentScript.src, location.href).origin : location.origin;
const FIRST: Window = { first: 0, n: 100, anchor: 'top', cols: null };
const HZ = 20;

const clients = new Map<string, { client: Client; users: number }>();

function clientOf(server: string, token: string | null, user: string | null): { client: Client; leave(): void } {
  const key = JSON.stringify([server, token, user]);
  let known = clients.get(key);
  if (!known) {
    const url = new URL('/rt/v1', server);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    known = { client: new Client(url.href, { ...(token === null ? {} : { token }), ...(user === null ? {} : { user }) }), users: 0 };
    clients.set(key, known);
    known.client.start();
  }
  const shared = known;
  shared.users += 1;
  return {
    client: shared.client,
    leave: () => {
      shared.users -= 1;
      if (shared.users) return;
      shared.client.connection.close();
      clients.delete(key);
    },
  };
}

export class KinetableTable extends HTMLElement {
  static observedAttributes = ['table', 'server', 'token', 'user', 'ops', 'zone', 'density'];
  private shown: Shown | null = null;

  connectedCallback(): void {
    this.begin();
  }

  disconnectedCallback(): void {
    this.shown?.end();
    this.shown = null;
  }

  attributeChangedCallback(): void {
    if (!this.shown) return;
    this.disconnectedCallback();
    this.begin();
  }

  private begin(): void {
    const table = this.getAttribute('table');
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    root.replaceChildren();
    if (!table) return;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(':host { display: block; height: 320px; position: relative; } kinetable-grid { position: absolute; inset: 0; } p { position: relative; margin: 0; padding: 8px 12px; font: 13px system-ui, sans-serif; }');
    root.adoptedStyleSheets = [sheet];
    const note = document.createElement('p');
    note.setAttribute('role', 'status');
    note.hidden = true;
    root.append(note);
    const say = (text: string): void => {
      note.textContent = text;
      note.hidden = !text;
    };
    // Before there is a connection: of what cannot be read nothing is left behind, and the page says what it is.
    const read = this.read();
    if (typeof read === 'string') return say(read);
    const { client, leave } = clientOf(read.server, this.getAttribute('token'), this.getAttribute('user'));
    this.shown = new Shown(client, leave, table, read.ops, { zone: read.zone, density: read.density, say });
    root.prepend(this.shown.element);
  }

  /** What the attributes say, or what is wrong with them. */
  private read(): { server: string; ops: Op[]; zone: string; density: number } | string {
    const [server, zone, density] = [this.getAttribute('server') ?? ORIGIN, this.getAttribute('zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone, Number(this.getAttribute('density') ?? 24)];
    if (!URL.canParse('/rt/v1', server)) return `the attribute "server" is "${server}": an address such as http://localhost:10000 is wanted`;
    if (!isZone(zone)) return `the attribute "zone" is "${zone}": a name such as Europe/Berlin is wanted`;
    if (![20, 24, 32].includes(density)) return 'the attribute "density" is 20, 24 or 32: pixels a row';
    const ops = opsIn(this.getAttribute('ops'));
    return typeof ops === 'string' ? ops : { server, ops, zone, density };
  }
}

function opsIn(text: string | null): Op[] | string {
  if (!text) return [];
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? (read as Op[]) : 'the attribute "ops" is no list of operations: [{"where": "Price > 5"}] is one';
  } catch (error) {
    return `the attribute "ops" is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A table that is shown: its subscription, what was asked of it by hand, and its grid. */
class Shown implements GridModel {
  readonly windowRowsMax = 2048;
  readonly element = new KinetableGrid();
  private readonly sub: Subscription;
  private plan: Plan = EMPTY;
  private columns: readonly ColumnInfo[] = [];
  private readonly ends: (() => void)[] = [];

  constructor(private readonly client: Client, leave: () => void, table: string, private readonly first: Op[], private readonly how: { zone: string; density: number; say(text: string): void }) {
    this.element.model = this;
    this.element.events = this.events;
    this.element.setAttribute('aria-label', `Table ${table}`);
    this.element.ready = () => {
      this.grid?.setTheme(how.density);
      this.grid?.setZone(how.zone);
      if (this.columns.length) this.showColumns();
    };
    this.sub = client.subscribe(table, FIRST, first, HZ);
    this.ends.push(
      this.sub.on('schema', (schema) => {
        how.say('');
        this.columns = schema.columns;
        this.showColumns();
      }),
      this.sub.on('page', (changed) => {
        const { page } = this.sub;
        if (!this.grid) return this.sub.painted();
        this.grid.cellsChanged(changed === 'all' ? 'all' : changed.map((offset) => page.first + offset), page.changes);
        if (changed === 'all') this.grid.holds = false;
      }),
      this.sub.on('error', (error) => how.say(error.hint ? `${error.message}: ${error.hint}` : error.message)),
      client.connection.on('phase', (phase) => {
        this.grid?.setStale(phase !== 'live');
        if (phase === 'refused') how.say('the server asks for a key: the attribute "token" has it');
      }),
      leave,
    );
  }

  get grid(): Grid | null {
    return this.element.grid;
  }

  get rows(): number {
    return this.sub.page.rows;
  }

  get copyCellsMax(): number {
    return this.client.welcome?.limits.fetch_cells ?? 0;
  }

  get cut(): ReadonlySet<string> {
    return this.sub.page.cut;
  }

  cell(row: number, column: string): Cell | undefined {
    return this.sub.page.cell(row, column);
  }

  async fetch(first: number, n: number, names: string[]): Promise<{ cells: Map<string, Cell[]>; cut: ReadonlySet<string> }> {
    const { header, columns: cells } = await this.client.fetch(this.sub, first, n, names);
    return { cells, cut: new Set(header.cut ?? []) };
  }

  end(): void {
    this.client.unsubscribe(this.sub);
    for (const end of this.ends) end();
  }

  private readonly events: GridEvents = {
    window: (window) => this.sub.look(window),
    painted: () => this.sub.painted(),
    sort: (column, add) => this.change(toggleSort(this.plan, column, add)),
    filter: (column, text) => this.change(setFilter(this.plan, column, text)),
    filterLeft: () => this.element.focus(),
    failed: (message) => this.how.say(message),
    edit: () => false,
    paste: () => false,
    about: () => {},
    chart: () => {},
    toggle: () => {},
    menu: () => {},
    layout: () => {},
    selected: () => {},
    copied: () => {},
  };

  private change(plan: Plan): void {
    this.plan = plan;
    const { ops, errors } = opsOf(plan, this.columns, this.how.zone);
    const { grid } = this;
    if (!grid) return;
    grid.filterRow.setErrors(errors);
    grid.setMarks(new Map(plan.sorts.map(([column, direction], i) => [column, { direction, order: plan.sorts.length > 1 ? i + 1 : 0 }])), new Set(plan.filters.keys()));
    const window: Window = { ...grid.wantNow(), first: 0, anchor: 'top' };
    grid.holds = true;
    grid.noteAsked(window);
    this.sub.apply([...this.first, ...ops], window);
  }

  private showColumns(): void {
    this.grid?.setColumns(this.columns);
    this.grid?.noteAsked(firstWindow(this.sub.window, this.columns, 32));
  }
}

if (!customElements.get('kinetable-table')) customElements.define('kinetable-table', KinetableTable);
