/** How often a table changes, and whether it has been still for longer than it uses to be. */

/** Changes before anything is said, their share in the mean, how many times the mean is long, and milliseconds below which nothing is. */
const CHANGES_MIN = 5;
const SHARE = 0.2;
const TIMES = 3;
const QUIET_MIN = 3000;

export class Pulse {
  private last = 0;
  private mean = 0;
  private changes = 0;

  heard(now: number, isChange: boolean): void {
    if (isChange && this.last) {
      const gap = now - this.last;
      this.mean = this.changes ? this.mean + SHARE * (gap - this.mean) : gap;
      this.changes += 1;
    }
    this.last = now;
  }

  /** It was not followed for a while: what was is forgotten. */
  rest(): void {
    this.last = this.mean = this.changes = 0;
  }

  /** Seconds of silence, if they are more than usual. */
  quiet(now: number): number | null {
    const silence = now - this.last;
    return this.changes >= CHANGES_MIN && silence > Math.max(QUIET_MIN, TIMES * this.mean) ? Math.floor(silence / 1000) : null;
  }
}
