/** Exports of the fake server: CSV and Arrow under an address that serves once, a part at a time, with their progress. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cell } from '../../src/client/messages.ts';
import { ipc } from './arrow.ts';
import type { FakeSocket } from './server.ts';
import type { FakeSub } from './sub.ts';

interface Export {
  id: number;
  socket: FakeSocket;
  name: string;
  rows: number;
  parts: (string | Uint8Array)[];
}

const PART = 500;

export class Exports {
  /** Milliseconds between two parts. */
  pause = 0;
  private readonly waiting = new Map<string, Export>();
  private readonly cancelled = new Set<number>();

  begin(socket: FakeSocket, sub: FakeSub, { id, format, cols }: { id: number; format: string; cols: string[] | null }): void {
    if (format === 'parquet') return socket.send({ type: 'error', code: 'invalid', id, message: 'the server of the tests writes no Parquet' });
    const columns = sub.all(cols);
    const rows = columns[0]?.cells.length ?? 0;
    const lines = Array.from({ length: rows }, (_, row) => `${columns.map(({ cells }) => text(cells[row])).join(',')}\n`);
    const csv = [`${columns.map(({ info }) => info.name).join(',')}\n`, ...Array.from({ length: Math.ceil(rows / PART) }, (_, i) => lines.slice(i * PART, (i + 1) * PART).join(''))];
    const url = `/rt/export/${id}-${Math.random().toString(36).slice(2)}`;
    const name = `${sub.table.name}.${format}`;
    this.waiting.set(url, { id, socket, name, rows, parts: format === 'csv' ? csv : [ipc(columns)] });
    socket.send({ type: 'exported', id, url, name, rows });
  }

  cancel(id: number): void {
    this.cancelled.add(id);
    for (const [url, one] of this.waiting) if (one.id === id) this.waiting.delete(url);
  }

  /** Whether the request was for an export. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url ?? '';
    if (!path.startsWith('/rt/export/')) return false;
    const one = this.waiting.get(path);
    this.waiting.delete(path);
    if (!one) return Boolean(response.writeHead(404).end('there is no such export\n'));
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${one.name}"` });
    void this.send(one, response);
    return true;
  }

  private async send({ id, socket, rows, parts }: Export, response: ServerResponse): Promise<void> {
    for (const [at, part] of parts.entries()) {
      if (this.cancelled.has(id)) return void response.destroy();
      response.write(part);
      socket.send({ type: 'progress', id, done: Math.min(rows, parts.length === 1 ? rows : at * PART), total: rows });
      if (this.pause) await new Promise((resolve) => setTimeout(resolve, this.pause));
    }
    response.end();
  }
}

function text(cell: Cell): string {
  if (cell === null) return '';
  const shown = String(cell);
  return /[",\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
