/** Files of the fake server, in memory. */
import { createHash } from 'node:crypto';
import type { FakeSocket } from './server.ts';

export class FakeStore {
  readonly files = new Map<string, string>();

  /** Whether the message was about files. */
  hear(socket: FakeSocket, message: { type: string; [member: string]: unknown }): boolean {
    const { id, type } = message;
    const path = String(message.path ?? '');
    const refuse = (code: string, text: string): true => (socket.send({ type: 'error', code, id, message: text }), true);
    const answer = (members: object): true => (socket.send({ ...members, id }), true);
    const text = this.files.get(path);
    switch (type) {
      case 'files': {
        const inside = [...this.files].filter(([at]) => at.startsWith(path === '/' ? '/' : `${path}/`));
        if (!inside.length && path !== '/') return refuse('missing', `there is no directory "${path}"`);
        const from = path === '/' ? 1 : path.length + 1;
        const folders = new Set(inside.flatMap(([at]) => (at.includes('/', from) ? [at.slice(0, at.indexOf('/', from))] : [])));
        const own = inside.filter(([at]) => !at.includes('/', from));
        return answer({ type: 'files', items: [...[...folders].map((at) => ({ path: at, dir: true, size: 0 })), ...own.map(([at, one]) => ({ path: at, dir: false, size: one.length, tag: tag(one) }))] });
      }
      case 'load': return text === undefined ? refuse('missing', `there is no file "${path}"`) : answer({ type: 'loaded', text, tag: tag(text) });
      case 'save': {
        if ((message.tag ?? null) !== (text === undefined ? null : tag(text))) return refuse('conflict', `"${path}" is another one than that which was read`);
        this.files.set(path, String(message.text));
        return answer({ type: 'done', tag: tag(String(message.text)) });
      }
      case 'move': {
        const from = this.files.get(String(message.from));
        if (from === undefined) return refuse('missing', `there is no file "${message.from}"`);
        this.files.delete(String(message.from));
        this.files.set(String(message.to), from);
        return answer({ type: 'done' });
      }
      case 'discard':
        this.files.delete(path);
        return answer({ type: 'done' });
      default: return false;
    }
  }
}

const tag = (text: string): string => createHash('md5').update(text).digest('hex');
