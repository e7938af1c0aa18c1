// The layout of the timeline: a column for each request, a lane for each token. Under a frozen clock many requests have the same time, so
// the axis is the order of the requests, and a jump of the clock is a gap with its length.

import { count, isRejected } from './describe.js';
import { duration, millis } from './time.js';

/** A jump of the clock of at least this length is a gap. */
const GAP = 60_000;

/**
 * Returns the columns and the lanes.
 * @param {object[]} requests in the order of their numbers
 * @param {object[]} tokens the records of the tokens
 * @param {{columns: number, lanes: number, now: number}} options
 * @returns {{columns: object[], lanes: object[], end: number}} positions are in columns; a gap is two columns wide
 */
export function layOut(requests, tokens, { columns: width, lanes: height, now }) {
  const columns = placeColumns(requests.slice(-width), width);
  const records = new Map(tokens.map((token) => [token.id, token]));
  const end = (columns[columns.length - 1]?.at ?? -1) + 1;
  const lanes = new Map();
  for (const column of columns) {
    const id = column.request.token ?? null;
    if (id === null && !isRejected(column.request)) continue;
    if (!lanes.has(id)) lanes.set(id, { id, principal: null, marks: [], spans: [], last: 0 });
    const lane = lanes.get(id);
    lane.principal ??= records.get(id)?.principal ?? column.request.bearer ?? column.request.caller;
    lane.marks.push({ at: column.at, number: column.request.number, kind: markKind(column.request) });
    lane.last = column.at;
  }
  const shown = [...lanes.values()].sort((a, b) => b.last - a.last).slice(0, height);
  shown.sort((a, b) => (a.id === null ? -1 : b.id === null ? 1 : a.marks[0].at - b.marks[0].at));
  for (const lane of shown) if (records.has(lane.id)) lane.spans = spans(lane, records.get(lane.id), columns, now);
  return { columns, lanes: shown, end };
}

/** Places the newest requests that fit, with gaps for the jumps of the clock. */
function placeColumns(requests, width) {
  const columns = [];
  let at = 0;
  for (const [index, request] of requests.entries()) {
    const previous = requests[index - 1];
    const jump = previous ? millis(request.received) - millis(previous.received) : 0;
    const isGap = jump >= GAP || jump < -1000;
    if (isGap) at += 2;
    columns.push({ at, request, gap: isGap ? `${jump < 0 ? '−' : '+'}${duration(jump)}` : null });
    at += 1;
  }
  const excess = at - width;
  if (excess <= 0) return columns;
  const kept = columns.filter((column) => column.at >= excess);
  const first = kept[0].at;
  return kept.map((column, index) => ({ ...column, at: column.at - first, gap: index ? column.gap : null }));
}

/** Returns the spans of a token: `valid` until it expires or is revoked, then `invalid`. The last one ends at `now`. */
function spans(lane, token, columns, now) {
  const ends = Math.min(millis(token.expires), token.revoked ? millis(token.revoked.at) : Infinity, token.first_rejection ? millis(token.first_rejection.at) : Infinity);
  const [first] = lane.marks;
  const from = first.kind === 'issued' ? first.at : 0;
  const to = (columns[columns.length - 1]?.at ?? 0) + 1;
  const after = columns.find((column) => column.at >= from && (millis(column.request.received) >= ends || (column.request.token === lane.id && column.request.token_error)));
  const cut = after ? after.at - (after.gap ? 1 : 0) : now >= ends ? to - 0.5 : to;
  const parts = [{ from, to: Math.max(from, cut), state: 'valid' }, { from: Math.max(from, cut), to, state: 'invalid' }];
  return parts.filter((part) => part.to > part.from);
}

function markKind(request) {
  if (request.faults?.length) return 'fault';
  if (isRejected(request)) return 'rejected';
  return request.operation === 'GetAuthorizationToken' ? 'issued' : 'used';
}

/** Returns a sentence that describes the timeline. */
export function summary({ lanes, columns }) {
  const sum = (kind) => lanes.reduce((total, lane) => total + lane.marks.filter((mark) => mark.kind === kind).length, 0);
  const tokens = lanes.filter((lane) => lane.id !== null).length;
  return `Timeline of ${count(columns.length, 'request')} and ${count(tokens, 'token')}: ${sum('issued')} issued, ${count(sum('used'), 'use')}, ${sum('rejected')} rejected, ${sum('fault')} changed by faults.`;
}
