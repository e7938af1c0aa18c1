// The last rejection: what was rejected, why, and whether the client got a new token. Below it, the number of rejections by cause.

import { address, go } from '../address.js';
import { kindName, sentence, title } from '../describe.js';
import { h, put } from '../dom.js';
import { hasTerm, toggleTerm } from '../filter.js';
import { timeOfDay } from '../time.js';
import { renewal } from './detail.js';

/** Draws the last rejection into a section. */
export function drawRejection(section, store) {
  const request = store.log.lastRejection;
  section.hidden = !request;
  if (!request) return;
  const issue = store.log.issuedSince(request.bearer, request.number)?.number;
  const state = `${request.number} ${request.received} ${issue}`;
  // A link in the section keeps the focus while requests arrive.
  if (section.dataset.state === state) return;
  section.dataset.state = state;
  const since = renewal(request, store);
  const row = (name, value) => value && [h('dt', null, name), h('dd', null, value)];
  put(section, h('dl', { class: 'rejection' },
    row('Last rejection', [
      h('span', { class: 'dim' }, `${timeOfDay(request.received)} `),
      h('a', { href: address('requests', { open: request.number }) }, title(request)),
      ' → ', h('strong', { class: 'bad' }, request.status)]),
    row('Why', sentence(request)),
    row('Advice', request.explanation?.advice),
    row('New token?', since)));
}

/** Draws a toggle for each cause. It adds a condition to the filter, or removes it. */
export function drawCauses(element, store, query) {
  const kinds = [...store.log.kinds].sort((a, b) => b[1] - a[1]);
  put(element, kinds.map(([kind, number]) => {
    const term = `cause:${kind}`;
    return h('button', {
      type: 'button', class: 'chip', 'aria-pressed': String(hasTerm(query, term)),
      onclick: () => go(address('requests', { q: toggleTerm(query, term) })),
    }, `${kindName(kind)} ${number}`);
  }));
}
