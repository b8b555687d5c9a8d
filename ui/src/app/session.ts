/** The one client of the page, as signals. */
import { batch, computed, signal } from '@preact/signals';
import { Calls, Client, type ErrorMessage, isZone, type Phase, type Status, type TableEntry } from '../client/index.ts';
import { keepCredentials, takeCredentials } from './secret.ts';
import { browserZone, zoneChoice } from './settings.ts';

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
export const client = new Client(`${scheme}://${location.host}/rt/v1`, takeCredentials());

export const calls = new Calls(client);

export const phase = signal<Phase>('connecting');
export const lostAt = signal<number | null>(null);
export const refusal = signal<ErrorMessage | null>(null);
/** Null before the server told what there is. */
export const tables = signal<readonly TableEntry[] | null>(null);
export const status = signal<Status | null>(null);
/** What the server knows beyond tables: nothing else is offered. */
export const features = signal<readonly string[]>([]);
export const restarted = signal(false);
export const notices = signal<readonly { id: number; text: string; alert: boolean }[]>([]);

export const serverZone = computed(() => status.value?.zone ?? 'UTC');
export const zone = computed(() => {
  const choice = zoneChoice.value;
  const wanted = choice === 'browser' ? browserZone : choice === 'server' ? serverZone.value : choice;
  return isZone(wanted) ? wanted : 'UTC';
});

client.connection.on('phase', (next) =>
  batch(() => {
    phase.value = next;
    lostAt.value = client.connection.lostAt;
    refusal.value = client.connection.refusal;
  }),
);
client.on('tables', (map) => {
  tables.value = [...map.values()].sort((a, b) => a.name.localeCompare(b.name, 'en'));
});
client.on('welcome', (welcome) => {
  features.value = welcome.features ?? [];
});
client.on('status', (next) => {
  status.value = next;
});
client.on('restarted', () => {
  restarted.value = true;
});
client.on('error', (error) => {
  // Who is not let in is told so where the key is asked for.
  if (error.code !== 'unauthenticated') notice(error.message, true);
});

let notes = 0;

/** A short word at the edge of the screen, for a few seconds. */
export function notice(text: string, alert = false): void {
  const id = ++notes;
  notices.value = [...notices.value.slice(-2), { id, text, alert }];
  setTimeout(() => {
    notices.value = notices.value.filter((one) => one.id !== id);
  }, alert ? 8000 : 3000);
}

export function enter(token: string, user: string): void {
  const credentials = { token, ...(user ? { user } : {}) };
  keepCredentials(credentials);
  client.connection.enter(credentials);
}

/** After a lost connection the browser may know better than the pause when to try again. */
export function start(): void {
  client.start();
  addEventListener('online', () => client.connection.hurry());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) client.connection.hurry();
  });
}
