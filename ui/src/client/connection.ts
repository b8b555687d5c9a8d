/**
 * One WebSocket that comes back: it says `hello`, watches the heartbeat, and tries again with growing pauses.
 *
 * ```text
 *  connecting ─ welcome ─▶ live ─ closed, or 10 s of silence ─▶ lost ─ pause ─▶ connecting …
 *       └─ refused (4401, 4400): nobody tries again until a secret is given
 * ```
 */
import { Emitter } from './emitter.ts';
import type { ErrorMessage, TextMessage, Welcome } from './messages.ts';

export type Phase = 'connecting' | 'live' | 'lost' | 'refused' | 'closed';

export interface Credentials {
  token?: string;
  user?: string;
}

interface Events {
  phase: Phase;
  welcome: Welcome;
  text: TextMessage;
  binary: ArrayBuffer;
}

/** Milliseconds before the next try; the last one stays. */
const PAUSES = [500, 1000, 2000, 4000, 8000, 15000];
/** `status` comes each second: after so much silence the connection is lost, whatever the socket says. */
const SILENCE_MS = 10_000;

export class Connection extends Emitter<Events> {
  phase: Phase = 'connecting';
  /** When the data on the screen stopped being live, in ms since the epoch. */
  lostAt: number | null = null;
  refusal: ErrorMessage | null = null;
  /** Bytes of a message, at most: the server ends a connection on which a longer one comes. */
  longest = Infinity;
  private socket: WebSocket | null = null;
  private resume: string | null = null;
  private tries = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private heard = 0;

  constructor(private readonly url: string, private credentials: Credentials) {
    super();
  }

  open(): void {
    clearTimeout(this.pause);
    if (this.phase === 'closed' || this.socket) return;
    this.turn(this.lostAt === null ? 'connecting' : 'lost');
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.heard = Date.now();
    socket.onopen = () => {
      const { token, user } = this.credentials;
      socket.send(JSON.stringify({ type: 'hello', protocol: 1, token, user, resume: this.resume ?? undefined }));
    };
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = (event) => this.ended(socket, event.code);
    clearInterval(this.watch);
    this.watch = setInterval(() => {
      if (Date.now() - this.heard > SILENCE_MS) this.ended(socket, 1006);
    }, 1000);
  }

  /** Another secret, and at once another try. */
  enter(credentials: Credentials): void {
    this.credentials = credentials;
    this.refusal = null;
    this.drop();
    if (this.phase === 'refused') this.phase = 'connecting';
    this.open();
  }

  /** Tries now instead of after the pause: the browser is online or visible again. */
  hurry(): void {
    if (this.phase !== 'lost' || this.socket) return;
    this.tries = 0;
    this.open();
  }

  fits(message: object): boolean {
    const text = JSON.stringify(message);
    // A unit of a text is at most three bytes.
    return text.length * 3 <= this.longest || new TextEncoder().encode(text).length <= this.longest;
  }

  send(message: object): boolean {
    if (this.phase !== 'live' || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close(): void {
    this.turn('closed');
    this.drop();
    clearTimeout(this.pause);
  }

  private hear(data: string | ArrayBuffer): void {
    this.heard = Date.now();
    if (typeof data !== 'string') return this.emit('binary', data);
    const message = JSON.parse(data) as TextMessage;
    if (message.type === 'welcome') {
      this.resume = message.resume;
      this.longest = message.limits.message_bytes ?? Infinity;
      this.tries = 0;
      this.lostAt = null;
      // Whoever hears of the welcome sends at once, so the phase comes first.
      this.turn('live');
      return this.emit('welcome', message);
    }
    if (message.type === 'error' && message.code === 'unauthenticated') this.refusal = message;
    this.emit('text', message);
  }

  private ended(socket: WebSocket, code: number): void {
    if (this.socket !== socket) return;
    this.drop();
    if (this.phase === 'closed') return;
    if (code === 4401 || code === 4400) return this.turn('refused');
    this.lostAt ??= Date.now();
    this.turn('lost');
    const pause = PAUSES[Math.min(this.tries++, PAUSES.length - 1)];
    this.pause = setTimeout(() => this.open(), pause * (0.8 + Math.random() * 0.4));
  }

  private drop(): void {
    clearInterval(this.watch);
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onclose = socket.onmessage = socket.onopen = null;
    if (socket.readyState <= WebSocket.OPEN) socket.close();
  }

  private turn(phase: Phase): void {
    if (this.phase === phase && phase !== 'lost') return;
    this.phase = phase;
    this.emit('phase', phase);
  }
}
