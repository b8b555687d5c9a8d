/** How long the first cells take and what is sent for them, each time to a browser that was never there before. */
import type { Page } from 'playwright-core';
import { address, type Engine, entrance, fresh, median } from './pages.ts';
import { firstCells, install } from './spy.ts';

export interface Sent {
  /** Bytes of bodies as they were encoded, with their headers. */
  bytes: number;
  requests: number;
  /** Bytes that came by WebSocket. */
  socket: number;
}

/** Counts what comes from now on. */
async function counted(page: Page): Promise<Sent> {
  const sent: Sent = { bytes: 0, requests: 0, socket: 0 };
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    sent.bytes += encodedDataLength;
    sent.requests += 1;
  });
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    sent.socket += response.opcode === 1 ? response.payloadData.length : Math.floor((response.payloadData.length * 3) / 4);
  });
  return sent;
}

async function load(engine: Engine, table: string, throttle: number): Promise<{ ms: number; sent: Sent }> {
  return fresh(async (page) => {
    await install(page);
    const sent = await counted(page);
    if (throttle > 1) await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: throttle });
    await page.goto(address(engine, table), { waitUntil: 'commit' });
    const ms = await firstCells(page);
    if (ms === null) throw new Error(`${engine.name} shows no cell of "${table}"`);
    const { ...then } = sent;
    return { ms, sent: then };
  });
}

/** The median of several first visits. */
export async function loads(engine: Engine, table: string, times: number, throttle = 1): Promise<{ ms: number; all: number[]; sent: Sent }> {
  const found = [];
  for (let i = 0; i < times; i++) found.push(await load(engine, table, throttle));
  const middle = median(found.map(({ ms }) => ms));
  return { ms: middle, all: found.map(({ ms }) => Math.round(ms)), sent: found[found.length - 1].sent };
}

/** What the whole page costs, until nothing has come for a while. */
export function whole(engine: Engine): Promise<Sent> {
  return fresh(async (page) => {
    const sent = await counted(page);
    await page.goto(entrance(engine), { waitUntil: 'commit' });
    for (let quiet = 0, last = -1; quiet < 6; quiet = sent.requests === last ? quiet + 1 : 0) {
      last = sent.requests;
      await page.waitForTimeout(500);
    }
    return sent;
  });
}
