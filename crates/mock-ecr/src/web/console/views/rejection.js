// The last rejection: what was rejected, why, and whether the client got a new token. Below it, the number of rejections by cause.

import { address, go } from '../address.js';
import { kindName, sentence, title } from '../describe.js';
import { facts, h, keyed, put } from '../dom.js';
import { hasTerm, toggleTerm } from '../filter.js';
import { shortTime } from '../time.js';
import { renewal, retry } from './detail.js';

/** Draws the last rejection into a section. */
export function drawRejection(section, store) {
  const request = store.log.lastRejection;
  section.hidden = !request;
  if (!request) return;
  const time = shortTime(request.received, store.clock.now());
  const state = [request.number, time, store.log.issuedSince(request.bearer, request.number)?.number, store.log.retryOf(request)?.number].join();
  // A link in the section keeps the focus while requests arrive.
  if (section.dataset.state === state) return;
  section.dataset.state = state;
  put(section, facts([
    ['Last rejection', [
      h('span', { class: 'dim' }, `${time} `),
      h('a', { href: address('requests', { open: request.number }) }, title(request)),
      ' → ', h('strong', { class: 'bad' }, request.status)]],
    ['Why', sentence(request)],
    ['Advice', request.explanation?.advice],
    ['New token?', renewal(request, store)],
    ['Succeeded later?', retry(request, store)],
  ], 'rejection'));
}

/** Draws a toggle for each cause. It adds a condition to the filter, or removes it. */
export function drawCauses(element, store, query) {
  const kinds = [...store.log.kinds].sort((a, b) => b[1] - a[1]);
  keyed(element, kinds, ([kind]) => kind, ([kind, number]) => {
    const term = `cause:${kind}`;
    return h('button', {
      type: 'button', class: 'chip', 'data-focus': kind, 'aria-pressed': String(hasTerm(query, term)),
      onclick: () => go(address('requests', { q: toggleTerm(query, term) })),
    }, `${kindName(kind)} ${number}`);
  }, (entry) => entry.join() + query);
}
