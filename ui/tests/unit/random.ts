/** Random numbers from a seed, so that what fails can be run again. */
export class Random {
  constructor(private state: number) {}

  next(): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 4294967296;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}
