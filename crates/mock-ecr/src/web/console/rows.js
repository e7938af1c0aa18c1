// The rows of the list of requests: the requests that match the filter, and a row for each jump of the clock between two of them.

import { duration, millis, timeOfDay } from './time.js';

/** A jump forward of at least this length is a row. */
const JUMP = 60_000;

/** Keeps the rows incrementally: requests at the end of the log are tested once. */
export class Rows {
  constructor() {
    this.reset(() => true);
  }

  /** Sets another filter. The next `update` tests all requests. */
  reset(test) {
    this.test = test;
    /** Requests and jumps (`{jump, from, to, number}`), oldest first. */
    this.items = [];
    this.epoch = -1;
    this.tested = -1;
    this.matched = 0;
  }

  /** Brings the rows up to date and returns the number of rows that were added at the end, or -1 if all rows are new. */
  update(log) {
    const isNew = log.epoch !== this.epoch;
    if (isNew) {
      Object.assign(this, { items: [], epoch: log.epoch, tested: -1, matched: 0 });
    }
    const before = this.items.length;
    for (const request of log.items.slice(firstAfter(log.items, this.tested))) {
      this.tested = request.number;
      if (this.test(request)) this.push(request);
    }
    return isNew ? -1 : this.items.length - before;
  }

  push(request) {
    const previous = this.items[this.items.length - 1];
    const gap = previous ? millis(request.received) - millis(previous.received) : 0;
    if (gap >= JUMP || gap < -1000) this.items.push({ jump: gap, from: previous.received, to: request.received, number: request.number - 0.5 });
    this.items.push(request);
    this.matched += 1;
    request.position = this.matched;
  }

  /** Returns the index of the request with a number, or -1. */
  indexOf(number) {
    const index = firstAfter(this.items, number - 0.1);
    return this.items[index]?.number === number ? index : -1;
  }
}

/** Returns the text of a jump: `+ 9 h: 01:11:00 → 10:11:00`. */
export function jumpText({ jump, from, to }) {
  return `Clock ${jump < 0 ? '−' : '+'} ${duration(jump)}: ${timeOfDay(from)} → ${timeOfDay(to)}`;
}

/** Returns the index of the first item whose number is greater. */
export function firstAfter(items, number) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].number <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}
