/**
 * A working day at the keyboard, as fast as the page takes it: scrolling, sorting, filtering, panels and charts that come and go.
 *
 * **How hours are counted**: somebody at work does something every ten seconds, so that 360 of what is done here are an hour, and 2,880 are
 * eight. Of these a third is scrolling (forty notches of the wheel, or the thumb from one end to the other), a fifth moves by keys, a sixth sorts;
 * the rest filters, opens and closes tables and charts, and looks at statistics, columns and groups.
 *
 * **What is compared**: heap, elements and listeners after a forced collection, with one table open and nothing asked of it, once after a first round in
 * which everything was used, so that what is fetched and kept once is in it, and again at the end.
 */
import type { CDPSession, Page } from 'playwright-core';
import { Random } from '../unit/random.ts';

export const ACTIONS_AN_HOUR = 360;

export interface Held {
  /** MB. */
  heap: number;
  nodes: number;
  listeners: number;
}

/** The tables that are looked at. */
export interface Scene {
  /** Small enough to be sorted and drawn all the time, with the columns `Sym` and `Price`: the first stays open. */
  lively: string[];
  /** Too large for that: what is scrolled. */
  large: string[];
}

export class Soak {
  actions = 0;
  private readonly random = new Random(7);
  private readonly session: Promise<CDPSession>;

  constructor(private readonly page: Page, private readonly scene: Scene) {
    this.session = page.context().newCDPSession(page);
    // What an action waits for at most: what is not there by then is said.
    page.setDefaultTimeout(60_000);
  }

  /** Everything some times, so that what is fetched when it is first used has been, and what is kept of the last one is. */
  async warm(): Promise<void> {
    await this.open(this.scene.lively[0]);
    for (let i = 0; i < 4; i++) for (const [, act] of this.all) await act();
    await this.calm();
  }

  /** Until it says so; every so often it is told how much was done. */
  async run(isOver: (actions: number) => boolean): Promise<void> {
    const total = this.all.reduce((sum, [weight]) => sum + weight, 0);
    while (!isOver(this.actions)) {
      let at = this.random.next() * total;
      const [, act] = this.all.find(([weight]) => (at -= weight) < 0) ?? this.all[0];
      await act();
      this.actions += 1;
    }
  }

  /** One table, as it is; everything else is closed. */
  async calm(): Promise<void> {
    await this.closeSide();
    const cross = this.page.locator('.lm-TabBar-tabCloseIcon:visible');
    while (await cross.count()) await cross.first().click();
    await this.open(this.scene.lively[0]);
    await this.clear();
    await this.page.keyboard.press('Control+Home');
    await this.page.waitForTimeout(3500);
  }

  async held(): Promise<Held> {
    const session = await this.session;
    await session.send('Performance.enable');
    for (let i = 0; i < 3; i++) {
      await session.send('HeapProfiler.collectGarbage');
      await this.page.waitForTimeout(300);
    }
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
    return { heap: of('JSHeapUsedSize') / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') };
  }

  /** How often each is done, and what it is. */
  private readonly all: [weight: number, act: () => Promise<void>][] = [
    [28, () => this.wheel()], [5, () => this.thumb()], [20, () => this.keys()], [17, () => this.sort()], [10, () => this.filter()],
    [10, () => this.switch()], [6, () => this.chart()], [4, () => this.side()],
  ];

  private pick<T>(of: readonly T[]): T {
    return of[this.random.below(of.length)];
  }

  private async box(): Promise<{ x: number; y: number; width: number; height: number }> {
    const box = await this.page.locator('kinetable-grid:visible').first().boundingBox();
    if (!box) throw new Error('there is no table to be seen');
    return box;
  }

  /** To the cells, with the keyboard's focus. */
  private async enter(): Promise<void> {
    const { x, y } = await this.box();
    await this.page.mouse.click(x + 200, y + 110);
  }

  private async wheel(): Promise<void> {
    const { x, y } = await this.box();
    await this.page.mouse.move(x + 200, y + 150);
    const way = this.pick([120, 120, 400, -400, -120]);
    // Not one after another: the page takes them as fast as it can.
    await Promise.all(Array.from({ length: 40 }, () => this.page.mouse.wheel(0, way)));
  }

  private async thumb(): Promise<void> {
    await this.open(this.pick(this.scene.large));
    await this.page.keyboard.press('Control+Home');
    const { x, y, width, height } = await this.box();
    await this.page.mouse.move(x + width - 7, y + 44);
    await this.page.mouse.down();
    await this.page.mouse.move(x + width - 7, y + height, { steps: 30 });
    await this.page.mouse.up();
  }

  private async keys(): Promise<void> {
    await this.enter();
    const key = this.pick(['PageDown', 'PageUp', 'ArrowDown', 'Control+End', 'Shift+PageDown']);
    await Promise.all(Array.from({ length: 8 }, () => this.page.keyboard.press(key)));
    if (this.random.below(2)) await this.page.keyboard.press('Control+Home');
  }

  private async sort(): Promise<void> {
    await this.open(this.pick(this.scene.lively));
    const { x, y } = await this.box();
    await this.page.mouse.click(x + 60 + this.random.below(300), y + 14);
    await this.settled();
  }

  private async filter(): Promise<void> {
    await this.open(this.pick(this.scene.lively));
    if (await this.clear()) return;
    await this.enter();
    await this.page.keyboard.press('Control+f');
    const [column, text] = this.pick([['Sym', '=ACME'], ['Sym', '!bolt'], ['Price', '>105']]);
    // Tables that lie behind have filters too.
    const filter = this.page.getByLabel(`Filter ${column}`).filter({ visible: true }).first();
    await filter.fill(text);
    await filter.press('Enter');
    await this.settled();
  }

  /** Opens a table beside, or closes one. */
  private async switch(): Promise<void> {
    const tabs = await this.page.locator('.lm-TabBar-tabCloseIcon:visible').count();
    if (tabs > 3 || (tabs > 1 && this.random.below(3) === 0)) return this.page.locator('.lm-TabBar-tabCloseIcon:visible').nth(this.random.below(tabs)).click();
    await this.open(this.pick([...this.scene.lively, ...this.scene.large]));
    await this.settled();
  }

  /** Draws a column, in several ways, and closes it again. */
  private async chart(): Promise<void> {
    await this.open(this.scene.lively[0]);
    await this.enter();
    await this.page.evaluate(() => {
      const grid = [...document.querySelectorAll('kinetable-grid')].find((one) => one.clientHeight > 0)?.grid;
      grid?.focusCell(0, grid.layout.find('Price')?.index ?? 0, false);
    });
    await this.page.keyboard.press('c');
    await this.page.locator('.plot canvas:visible').first().waitFor();
    for (const kind of ['Histogram', 'Pie', 'Line']) {
      await this.page.getByRole('radio', { name: kind, exact: true }).check({ force: true });
      await this.page.waitForTimeout(150);
    }
    await this.page.getByRole('tab', { name: / / }).last().locator('.lm-TabBar-tabCloseIcon').click();
  }

  private async side(): Promise<void> {
    await this.open(this.scene.lively[0]);
    const what = this.pick(['Columns', 'Groups', 'statistics']);
    if (what === 'statistics') {
      await this.enter();
      await this.page.keyboard.press('i');
    } else await this.page.getByRole('button', { name: what, exact: true }).first().click();
    await this.page.waitForTimeout(250);
    await this.closeSide();
  }

  private async closeSide(): Promise<void> {
    const side = this.page.getByRole('complementary').locator('button[aria-label^="Close "]:visible');
    if (await side.count()) await side.first().click();
  }

  private async open(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Tables' }).getByText(name, { exact: true }).click();
    await this.page.locator(`kinetable-grid[aria-label="Table ${name}"]:visible`).waitFor();
  }

  /** Takes back what was asked of the table; says whether there was something. */
  private async clear(): Promise<boolean> {
    const clear = this.page.getByRole('button', { name: 'Clear', exact: true });
    if (!(await clear.count())) return false;
    await clear.first().click();
    return true;
  }

  /** A moment for the answer, as somebody who reads it would wait. */
  private async settled(): Promise<void> {
    await this.page.waitForTimeout(60);
  }
}
