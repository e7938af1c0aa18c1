// The list of requests: a listbox that creates only the rows in view. All rows have the same height. The newest request is on top; if the
// user has scrolled down, the rows in view stay in place when requests arrive.

import { sentence, title, tone, who } from './describe.js';
import { h } from './dom.js';
import { firstAfter } from './store.js';
import { dateTime, duration, jumpOf, shortTime, timeOfDay } from './time.js';

/** The number of rows that are created above and below the rows in view. */
const MARGIN = 8;

export class RequestList {
  constructor(rows, onSelect) {
    this.rows = rows;
    this.onSelect = onSelect;
    this.selected = null;
    this.spacer = h('div', { class: 'spacer', role: 'presentation' });
    this.element = h('div', { class: 'list', role: 'listbox', tabindex: '0', 'aria-label': 'Requests, newest first' }, this.spacer);
    this.element.addEventListener('scroll', () => this.draw(), { passive: true });
    this.element.addEventListener('keydown', (event) => this.key(event));
    this.element.addEventListener('click', (event) => {
      const row = event.target.closest('[data-number]');
      if (row) this.select(Number(row.dataset.number), false);
    });
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.drawn = new Map();
  }

  get height() {
    return matchMedia('(max-width: 700px)').matches ? 48 : 28;
  }

  /** Draws the rows after a change. Those in view stay in place, if the newest one is not in view. */
  update() {
    const { element, height, rows, anchor } = this;
    const place = anchor ? rows.items.length - 1 - rows.indexOf(anchor.number) : 0;
    this.spacer.style.height = `${rows.items.length * height}px`;
    if (element.scrollTop > height && place < rows.items.length) element.scrollTop += (place - anchor.place) * height;
    this.draw();
  }

  draw() {
    const { items } = this.rows;
    const { height, element } = this;
    this.spacer.style.height = `${items.length * height}px`;
    const top = Math.min(element.scrollTop, Math.max(0, items.length * height - element.clientHeight));
    const shown = Math.floor(top / height);
    this.anchor = items.length ? { place: shown, number: items[items.length - 1 - shown].number } : null;
    const first = Math.max(0, shown - MARGIN);
    const last = Math.min(items.length, Math.ceil((top + element.clientHeight) / height) + MARGIN);
    const wanted = new Set();
    for (let place = first; place < last; place += 1) wanted.add(place);
    const selectedIndex = this.selected === null ? -1 : this.rows.indexOf(this.selected);
    if (selectedIndex >= 0) wanted.add(items.length - 1 - selectedIndex);
    const elements = [];
    const kept = new Map();
    for (const place of [...wanted].sort((a, b) => a - b)) {
      const item = items[items.length - 1 - place];
      const row = this.drawn.get(item) ?? (item.jump === undefined ? requestRow(item) : jumpRow(item));
      kept.set(item, row);
      row.style.top = `${place * height}px`;
      if (item.jump === undefined) this.mark(row, item);
      elements.push(row);
    }
    this.drawn = kept;
    this.place(elements);
    const active = selectedIndex >= 0 ? `row-${this.selected}` : null;
    if (active) element.setAttribute('aria-activedescendant', active);
    else element.removeAttribute('aria-activedescendant');
  }

  /** Puts the rows into the document in their order, and moves only those that are not in place. */
  place(elements) {
    const { spacer } = this;
    const keep = new Set(elements);
    for (const child of [...spacer.children]) if (!keep.has(child)) child.remove();
    elements.forEach((row, index) => {
      if (spacer.children[index] !== row) spacer.insertBefore(row, spacer.children[index] ?? null);
    });
  }

  mark(row, request) {
    row.setAttribute('aria-setsize', this.rows.matched);
    row.setAttribute('aria-posinset', this.rows.matched - request.position + 1);
    row.setAttribute('aria-selected', request.number === this.selected);
  }

  /** Selects a request and brings it into view. */
  select(number, isEntered) {
    this.selected = number;
    this.reveal();
    this.draw();
    this.onSelect(number, isEntered);
  }

  /** Marks a request as selected without a call of `onSelect`. */
  show(number) {
    if (this.selected === number) return;
    this.selected = number;
    if (number !== null) this.reveal();
    this.draw();
  }

  reveal() {
    const index = this.rows.indexOf(this.selected);
    if (index < 0) return;
    const { element, height } = this;
    const top = (this.rows.items.length - 1 - index) * height;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = top + height - element.clientHeight;
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const requests = this.rows.items.filter((item) => item.jump === undefined);
    if (!requests.length) return;
    const page = Math.max(1, Math.floor(this.element.clientHeight / this.height) - 1);
    const steps = { ArrowDown: -1, ArrowUp: 1, PageDown: -page, PageUp: page, Home: Infinity, End: -Infinity };
    if (event.key === 'Enter') this.select(this.rows.indexOf(this.selected) < 0 ? requests[requests.length - 1].number : this.selected, true);
    else if (event.key in steps) this.move(requests, steps[event.key]);
    else return;
    event.preventDefault();
  }

  move(requests, step) {
    const current = requests.findIndex((request) => request.number === this.selected);
    const start = current < 0 ? (step < 0 && Number.isFinite(step) ? requests.length : requests.length - 1) : current;
    const index = Math.max(0, Math.min(requests.length - 1, start + step));
    this.select(requests[index].number, false);
  }
}

function requestRow(request) {
  const role = tone(request);
  return h('div', { class: 'request', role: 'option', id: `row-${request.number}`, 'data-number': request.number },
    h('span', { class: 'order' }, `#${request.number}`),
    h('span', { class: 'time', title: dateTime(request.received) }, timeOfDay(request.received)),
    h('span', { class: 'service' }, request.service),
    h('span', { class: 'title', title: request.target }, title(request)),
    h('span', { class: 'who', title: request.caller ?? request.bearer ?? '' }, who(request)),
    h('span', { class: `status ${role}` }, request.status),
    h('span', { class: 'took' }, took(request.took_micros)),
    h('span', { class: `sentence ${role === 'ok' ? 'dim' : role}` }, sentence(request)));
}

function jumpRow(jump) {
  return h('div', { class: 'jump', role: 'presentation' }, h('span', null, jumpText(jump)));
}

function took(micros) {
  return micros < 100_000 ? `${(micros / 1000).toFixed(1)} ms` : `${Math.round(micros / 1000)} ms`;
}

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

  /** Brings the rows up to date. */
  update(log) {
    if (log.epoch !== this.epoch) Object.assign(this, { items: [], epoch: log.epoch, tested: -1, matched: 0 });
    for (const request of log.items.slice(firstAfter(log.items, this.tested))) {
      this.tested = request.number;
      if (this.test(request)) this.push(request);
    }
  }

  push(request) {
    const previous = this.items[this.items.length - 1];
    const jump = jumpOf(previous, request);
    if (jump || (previous && dateOf(previous.received) !== dateOf(request.received))) this.items.push({ jump, from: previous.received, to: request.received, number: request.number - 0.5 });
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

/** Returns the text of a jump: `+ 9 h: 01:11:00 → 10:11:00`, with the dates if they differ. */
export function jumpText({ jump, from, to }) {
  return `${jump ? `Clock ${jump < 0 ? '−' : '+'} ${duration(jump)}` : 'Another day'}: ${shortTime(from, to)} → ${shortTime(to, from)}`;
}

function dateOf(timestamp) {
  return dateTime(timestamp).slice(0, 10);
}
