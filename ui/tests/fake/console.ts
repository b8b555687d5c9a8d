/** A console of the fake server: a few lines of something like Python, one run after the other, and a log. */
import type { FakeSocket } from './server.ts';
import { now } from './server.ts';
import { bigTable } from './tables.ts';

interface Run {
  socket: FakeSocket;
  id: number;
  code: string;
}

class PythonError extends Error {
  constructor(readonly kind: string, message: string, readonly line: number) {
    super(message);
  }
}

export class FakeConsole {
  private readonly queue: Run[] = [];
  private current: { run: Run; isStopped: boolean } | null = null;
  private readonly names = new Map<string, unknown>();
  private readonly readers = new Set<FakeSocket>();
  private readonly kept: object[] = [];

  /** Whether the message was the console's. */
  hear(socket: FakeSocket, message: { type: string; [member: string]: unknown }): boolean {
    switch (message.type) {
      case 'exec':
        this.queue.push({ socket, id: message.id as number, code: message.code as string });
        void this.next();
        return true;
      case 'interrupt':
        this.interrupt(message.id as number);
        return true;
      case 'complete':
        socket.send({ type: 'completions', id: message.id, items: this.complete(message.text as string, message.line as number, message.character as number, socket) });
        return true;
      case 'log':
        if (message.on) {
          this.readers.add(socket);
          socket.send({ type: 'log', lines: this.kept });
        } else this.readers.delete(socket);
        return true;
      default: return false;
    }
  }

  log(level: string, text: string): void {
    const line = { at: now(), level, text };
    this.kept.push(line);
    for (const reader of this.readers) reader.send({ type: 'log', lines: [line] });
  }

  private interrupt(id: number): void {
    const at = this.queue.findIndex((run) => run.id === id);
    if (this.current?.run.id === id) this.current.isStopped = true;
    else if (at >= 0) {
      const [{ socket }] = this.queue.splice(at, 1);
      socket.send({ type: 'ran', id, ms: 0, error: { kind: 'KeyboardInterrupt', message: '', line: null, code: null, trace: '', interrupted: true }, names: [] });
    }
  }

  private async next(): Promise<void> {
    if (this.current || !this.queue.length) return;
    const run = this.queue.shift() as Run;
    this.current = { run, isStopped: false };
    const start = performance.now();
    run.socket.send({ type: 'running', id: run.id });
    const names: string[] = [];
    let error: object | null = null;
    try {
      await this.lines(run, names);
    } catch (caught) {
      if (!(caught instanceof PythonError)) throw caught;
      const code = run.code.split('\n')[caught.line - 1];
      const trace = `Traceback (most recent call last):\n  File "engine.py", line 90, in run\n    exec(code)\n  File "<console>", line ${caught.line}, in <module>\n    ${code}\n${caught.kind}: ${caught.message}\n`;
      error = { kind: caught.kind, message: caught.message, line: caught.line, code, trace, interrupted: caught.kind === 'KeyboardInterrupt' };
    }
    run.socket.send({ type: 'ran', id: run.id, ms: performance.now() - start, error, names });
    this.log('INFO', `ran: ${run.code.split('\n')[0]}`);
    this.current = null;
    void this.next();
  }

  private async lines(run: Run, names: string[]): Promise<void> {
    const lines = run.code.split('\n');
    for (const [i, line] of lines.entries()) {
      const text = line.trim();
      const print = /^print\((.*)\)$/.exec(text);
      const sleep = /^sleep\(([\d.]+)\)$/.exec(text);
      const table = /^(\w+) = empty_table\((\d+)\)/.exec(text);
      const assign = /^(\w+) = (.+)$/.exec(text);
      const raise = /^raise (\w+)\("(.*)"\)$/.exec(text);
      if (!text || text.startsWith('#') || text.startsWith('for ') || text.startsWith('from ') || text.startsWith('import ')) continue;
      if (print) run.socket.send({ type: 'out', id: run.id, stream: 'stdout', text: `${this.value(print[1], i + 1)}\n` });
      else if (text.startsWith('warn(')) run.socket.send({ type: 'out', id: run.id, stream: 'stderr', text: `${text.slice(6, -2)}\n` });
      else if (sleep) await this.sleep(Number(sleep[1]), i + 1);
      else if (raise) throw new PythonError(raise[1], raise[2], i + 1);
      else if (table) {
        run.socket.server.add(bigTable(table[1], Number(table[2])));
        names.push(table[1]);
      } else if (assign) this.names.set(assign[1], this.value(assign[2], i + 1));
      else run.socket.send({ type: 'out', id: run.id, stream: 'stdout', text: `${this.value(text, i + 1)}\n` });
    }
  }

  private value(text: string, line: number): unknown {
    if (/^-?[\d.]+$/.test(text)) return Number(text);
    const quoted = /^(["'])(.*)\1$/.exec(text);
    if (quoted) return quoted[2];
    if (!this.names.has(text)) throw new PythonError('NameError', `name '${text}' is not defined`, line);
    return this.names.get(text);
  }

  private async sleep(seconds: number, line: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      if (this.current?.isStopped) throw new PythonError('KeyboardInterrupt', '', line);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  private complete(text: string, line: number, character: number, { server }: FakeSocket): object[] {
    const before = text.split('\n')[line].slice(0, character);
    const word = /\w*$/.exec(before)?.[0] ?? '';
    const start = character - word.length;
    const dotted = /(\w+)\.\w*$/.exec(before)?.[1];
    const inFormula = /(\w+)\.\w+\(["'][^"']*$/.exec(before)?.[1];
    const all = inFormula !== undefined ? (server.tables.get(inFormula)?.columns.map(({ name, type }) => ({ text: name, detail: type })) ?? [])
      : dotted !== undefined ? ['select', 'sort', 'update', 'update_view', 'where'].map((name) => ({ text: name, detail: 'method' }))
        : [...[...server.tables.keys()].map((name) => ({ text: name, detail: 'Table' })), ...['print', 'empty_table'].map((name) => ({ text: name, detail: 'function' }))];
    return all.filter((item) => item.text.startsWith(word)).map((item) => ({ ...item, start }));
  }
}
