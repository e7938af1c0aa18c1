// The bar of a token, from its issue to its expiry: spent time, remaining time, uses and the current time.

import { isRejected } from '../describe.js';
import { h, s } from '../dom.js';
import { tokenState } from '../store.js';
import { duration, millis } from '../time.js';

const WIDTH = 1000;
/** The number of uses that are drawn. */
const USES = 200;

export class TokenBar {
  constructor(token) {
    this.token = token;
    this.left = s('rect', { class: 'left', y: 0, height: 14 });
    this.spent = s('rect', { class: 'spent', y: 0, height: 14, x: 0 });
    this.over = s('line', { class: 'over', y1: 7, y2: 7 });
    this.now = s('line', { class: 'now', y1: 0, y2: 14 });
    this.uses = s('g', null);
    this.text = h('span', { class: 'remaining' });
    this.svg = s('svg', { viewBox: `0 0 ${WIDTH} 14`, preserveAspectRatio: 'none', 'aria-hidden': 'true' }, this.spent, this.left, this.over, this.uses, this.now);
    this.meter = h('div', { role: 'meter', class: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-label': 'Remaining lifetime' }, this.svg);
    this.element = h('div', { class: 'bar-row' }, this.meter, this.text);
  }

  /** Draws the bar at a time of the mock's clock. */
  draw(now, requests, clockState) {
    const { token } = this;
    const range = barRange(token, now);
    const x = (time) => (Math.min(1, Math.max(0, (time - range.from) / (range.to - range.from))) * WIDTH).toFixed(1);
    const state = tokenState(token, now);
    const expiry = millis(token.expires);
    const at = Math.min(now, expiry);
    box(this.spent, 0, x(at));
    box(this.left, x(at), x(expiry));
    line(this.over, x(expiry), state === 'expired' ? x(now) : x(expiry));
    line(this.now, x(now), x(now));
    const share = Math.max(0, (expiry - now) / (expiry - millis(token.issued)));
    this.element.className = `bar-row ${state === 'valid' && share < 0.1 ? 'low' : state}`;
    this.text.textContent = remaining(token, state, now, clockState);
    this.meter.setAttribute('aria-valuenow', String(state === 'valid' ? Math.round(Math.min(1, share) * 100) : 0));
    this.meter.setAttribute('aria-valuetext', this.text.textContent);
    this.drawUses(requests ?? [], x);
  }

  drawUses(requests, x) {
    const sign = `${requests.length} ${requests[requests.length - 1]?.number} ${x(millis(this.token.expires))}`;
    if (sign === this.drawn) return;
    this.drawn = sign;
    this.uses.replaceChildren(...requests.filter((r) => r.operation !== 'GetAuthorizationToken').slice(-USES).map((request) => {
      const at = x(millis(request.received));
      return s('line', { class: isRejected(request) ? 'use rejected' : 'use', x1: at, x2: at, y1: isRejected(request) ? 0 : 3, y2: isRejected(request) ? 14 : 11 });
    }));
  }
}

/** Returns the times of both ends of a bar: it is up to 25 % longer than the lifetime if the token was presented later. */
function barRange(token, now) {
  const from = millis(token.issued);
  const expiry = millis(token.expires);
  const later = Math.max(token.last_presented ? millis(token.last_presented) : 0, now);
  return { from, to: Math.max(expiry, Math.min(later, expiry + (expiry - from) / 4), from + 1) };
}

export const FUTURE = "issued in the future of the mock's clock";

/** Returns whether a token was issued by another clock, or before the mock's clock was set back. */
export function isFuture({ issued }, now) {
  return millis(issued) > now;
}

/** Returns the text beside the bar: `2 h 59 min left`, `expired 40 min ago`. */
export function remaining(token, state, now, clockState) {
  const ms = millis(token.expires) - now;
  if (state === 'revoked') return 'revoked';
  if (state === 'invalid') return 'invalid';
  if (state === 'expired') return ms === 0 ? 'expired now' : `expired ${duration(ms)} ago`;
  if (isFuture(token, now)) return FUTURE;
  return `${duration(ms)} left${clockState === 'frozen' ? ', clock frozen' : ''}`;
}

function line(element, from, to) {
  element.setAttribute('x1', from);
  element.setAttribute('x2', to);
}

function box(rect, from, to) {
  rect.setAttribute('x', from);
  rect.setAttribute('width', Math.max(0, to - from));
}
