// The timeline of the tokens, as SVG: a column for each request, a lane for each token. Under a frozen clock many requests have the same time,
// so the axis is the order of the requests, and a jump of the clock is a gap with its length. A click on a mark opens its request.

import { count, isAccess, isRejected, principal, short } from './describe.js';
import { h, put, s } from './dom.js';
import { tokenState } from './store.js';
import { duration, jumpOf, millis } from './time.js';

const COLUMN = 10;
const LANE = 20;
/** The height of a row of labels of the clock's jumps, and the width that a label needs. */
const LABEL = 12;
const LABEL_WIDTH = 72;

export class Timeline {
  constructor(onOpen) {
    this.labels = h('div', { class: 'labels', 'aria-hidden': 'true' });
    this.svg = s('svg', { role: 'img', class: 'marks' });
    this.more = h('a', { class: 'more', href: '#tokens' });
    this.element = h('section', { class: 'timeline', 'aria-label': 'Tokens over time', hidden: true }, this.labels, this.svg, this.more, legend());
    this.svg.addEventListener('click', (event) => {
      const mark = event.target.closest('[data-number]');
      if (mark) onOpen(Number(mark.dataset.number));
    });
    this.width = 0;
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (width === this.width || !this.store) return;
      this.width = width;
      this.update(this.store);
    }).observe(this.element);
  }

  update(store) {
    this.store = store;
    const isNarrow = matchMedia('(max-width: 700px)').matches;
    const available = (this.width || this.element.parentElement?.clientWidth || 800) - (isNarrow ? 92 : 168);
    const columns = Math.max(10, Math.floor(available / COLUMN) - 1);
    const layout = layOut(store.log.items, store.tokens, { columns, lanes: isNarrow ? 3 : 7, now: store.clock.now() });
    this.element.hidden = layout.lanes.length === 0;
    if (this.element.hidden) return;
    const sign = JSON.stringify([layout.lanes, layout.hidden, layout.columns.map((c) => [c.at, c.gap]), available]);
    if (sign === this.drawn) return;
    this.drawn = sign;
    this.draw(layout, available);
  }

  draw(layout, width) {
    const jumps = layout.columns.filter((column) => column.gap);
    const rows = labelRows(jumps.map(({ at }) => x(at)));
    const top = 8 + LABEL * Math.max(1, ...rows.map((row) => row + 1));
    const height = top + layout.lanes.length * LANE + 2;
    this.labels.style.paddingTop = `${top}px`;
    put(this.labels, layout.lanes.map((lane) => h('span', { title: lane.principal ?? '' }, lane.name ?? [h('span', null, principal(lane.principal)), ' ', h('b', null, short(lane.id))])));
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.setAttribute('height', height);
    this.svg.setAttribute('width', width);
    this.svg.setAttribute('aria-label', summary(layout));
    this.more.hidden = !layout.hidden;
    this.more.textContent = `… and ${count(layout.hidden, 'more token')}`;
    put(this.svg, jumps.map((column, index) => gap(column, rows[index], height)), layout.lanes.map((lane, index) => drawLane(lane, top + index * LANE + LANE / 2)));
  }
}

const x = (at) => at * COLUMN + COLUMN / 2;

function gap({ at, gap: label }, row, height) {
  const middle = x(at) - COLUMN * 1.5;
  const y = 10 + row * LABEL;
  return s('g', { class: 'gap' },
    s('line', { x1: middle, x2: middle, y1: y + 4, y2: height }),
    s('text', { x: middle, y, 'text-anchor': middle < 30 ? 'start' : 'middle' }, label));
}

/** Returns the row of each label, so that no label overlaps another. A jump is at least three columns after the one before it. */
export function labelRows(positions) {
  const ends = [];
  return positions.map((position) => {
    const free = ends.findIndex((end) => end <= position);
    const row = free < 0 ? ends.length : free;
    ends[row] = position + LABEL_WIDTH;
    return row;
  });
}

function drawLane(lane, y) {
  return s('g', null,
    lane.spans.map((span) => s('line', { class: `span ${span.state}`, x1: x(span.from), x2: x(span.to), y1: y, y2: y })),
    lane.marks.map((mark) => s('g', { class: `mark ${mark.kind}`, 'data-number': mark.number, transform: `translate(${x(mark.at)} ${y})` },
      s('title', null, `Request ${mark.number}: ${MARKS[mark.kind]}`),
      s('rect', { class: 'hit', x: -COLUMN / 2, y: -LANE / 2, width: COLUMN, height: LANE }),
      s('path', { d: SHAPES[mark.kind] }))));
}

const DOT = 'M-3.2 0 a3.2 3.2 0 1 0 6.4 0 a3.2 3.2 0 1 0 -6.4 0 Z';
const SHAPES = { issued: 'M0 -5.5 L5.5 0 L0 5.5 L-5.5 0 Z', used: DOT, rejected: 'M-4 -4 L4 4 M-4 4 L4 -4', failed: DOT, fault: 'M0 -5 L5 4 L-5 4 Z' };
const MARKS = { issued: 'issued', used: 'used', rejected: 'rejected', failed: 'another error', fault: 'changed by a fault' };

function legend() {
  const entry = ([kind, text]) => h('span', null, s('svg', { width: 12, height: 12, viewBox: '-6 -6 12 12' }, s('g', { class: `mark ${kind}` }, s('path', { d: SHAPES[kind] }))), text);
  const lines = ['green line: valid', 'red dotted line: expired or revoked', 'vertical dotted line: change of the clock', 'not to scale: one column for each request'];
  return h('p', { class: 'legend', 'aria-hidden': 'true' }, Object.entries(MARKS).map(entry), lines.map((line) => h('span', null, line)));
}

/**
 * Returns the columns and the lanes.
 * @returns {{columns: object[], lanes: object[], hidden: number}} positions are in columns; a gap is two columns wide
 */
export function layOut(requests, tokens, { columns: width, lanes: height, now }) {
  const columns = placeColumns(requests.slice(-width), width);
  const records = new Map(tokens.map((token) => [token.id, token]));
  const lanes = new Map();
  let rejected = null;
  for (const column of columns) {
    const { token: id = null, service, authorization } = column.request;
    if (id === null && !isRejected(column.request)) continue;
    const name = id !== null ? null : service === 'registry' && authorization ? 'invalid login' : 'no token';
    const key = id ?? name;
    if (!lanes.has(key)) lanes.set(key, { id, name, principal: null, marks: [], spans: [], last: 0 });
    const lane = lanes.get(key);
    lane.principal ??= records.get(id)?.principal ?? column.request.bearer ?? column.request.caller;
    const kind = markKind(column.request);
    lane.marks.push({ at: column.at, number: column.request.number, kind });
    lane.last = column.at;
    if (kind === 'rejected') rejected = lane;
  }
  // The lane of the last rejection and those without a token are always shown.
  const isKept = (lane) => lane === rejected || lane.id === null;
  const shown = [...lanes.values()].sort((a, b) => isKept(b) - isKept(a) || b.last - a.last).slice(0, height);
  shown.sort((a, b) => (a.id === null ? 0 : 1) - (b.id === null ? 0 : 1) || a.marks[0].at - b.marks[0].at);
  for (const lane of shown) if (records.has(lane.id)) lane.spans = spans(lane, records.get(lane.id), columns, now);
  return { columns, lanes: shown, hidden: lanes.size - shown.length };
}

/** Places the newest requests that fit, with gaps for the jumps of the clock. */
function placeColumns(requests, width) {
  const columns = [];
  let at = 0;
  for (const [index, request] of requests.entries()) {
    const previous = requests[index - 1];
    const jump = jumpOf(previous, request);
    if (jump) at += 2;
    columns.push({ at, request, gap: jump ? `${jump < 0 ? '−' : '+'}${duration(jump)}` : null });
    at += 1;
  }
  const excess = at - width;
  if (excess <= 0) return columns;
  const kept = columns.filter((column) => column.at >= excess);
  const first = kept[0].at;
  return kept.map((column, index) => ({ ...column, at: column.at - first, gap: index ? column.gap : null }));
}

/** Returns the spans of a token, `valid` or `invalid`. A column has the state at its own time, because the clock can be set back. */
function spans(lane, token, columns, now) {
  const [first] = lane.marks;
  let start = columns.findIndex(({ at }) => at === first.at);
  if (first.kind !== 'issued') while (start > 0 && millis(columns[start - 1].request.received) >= millis(token.issued)) start -= 1;
  const stateAt = states(token);
  const end = columns[columns.length - 1].at + 1;
  const parts = [];
  const add = (from, state) => {
    const last = parts[parts.length - 1];
    if (last?.state === state) return;
    if (last) last.to = from;
    parts.push({ from, to: end, state });
  };
  for (const { at, gap: jump, request } of columns.slice(start)) add(parts.length && jump ? at - 1 : at, stateAt(request));
  if (tokenState(token, now) !== 'valid') add(end - 0.5, 'invalid');
  return parts.filter((part) => part.to > part.from);
}

/** Returns a function that returns the state of a token at each request, in their order. */
function states({ id, expires, revoked, first_rejection: first }) {
  const ends = Math.min(...[revoked, isLasting(first) && first].map((end) => (end ? millis(end.at) : Infinity)));
  // Under a frozen clock, requests before a rejection have its time too: a rejection is known from its request on.
  let rejected = Infinity;
  return (request) => {
    const time = millis(request.received);
    if (request.token === id && request.status < 400) return 'valid';
    if (request.token === id && request.token_error && isLasting(request.explanation)) rejected = revoked ? -Infinity : time;
    return time >= millis(expires) || time > ends || time >= rejected ? 'invalid' : 'valid';
  };
}

/** Returns whether a token remains invalid after a rejection: not if it was presented in another Region, or if a fault rejected it. */
function isLasting(explanation) {
  return !['token_region', 'fault_expired'].includes(explanation?.kind);
}

function markKind(request) {
  if (request.faults?.length) return 'fault';
  if (isRejected(request)) return isAccess(request) ? 'rejected' : 'failed';
  return request.operation === 'GetAuthorizationToken' ? 'issued' : 'used';
}

/** Returns a sentence that describes the timeline. */
export function summary({ lanes, columns }) {
  const sum = (kind) => lanes.reduce((total, lane) => total + lane.marks.filter((mark) => mark.kind === kind).length, 0);
  const tokens = lanes.filter((lane) => lane.id !== null).length;
  return `Timeline of ${count(columns.length, 'request')} and ${count(tokens, 'token')}: ${sum('issued')} issued, ${count(sum('used'), 'use')}, ${sum('rejected')} rejected, ${count(sum('failed'), 'other error')}, ${sum('fault')} changed by faults.`;
}
