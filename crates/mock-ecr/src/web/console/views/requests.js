// The view of the requests: the last rejection, the timeline of the tokens, the filter, the list and the details.

import { BASE, headers } from '../api.js';
import { actionButton } from '../actions.js';
import { address, go, replaceAddress } from '../address.js';
import { count } from '../describe.js';
import { h, keepFocus, paced, put, say } from '../dom.js';
import { parseFilter } from '../filter.js';
import { RequestList, Rows } from '../list.js';
import { Timeline } from '../timeline.js';
import { afterwards, detail, drawCauses, drawRejection } from './detail.js';
import { clientSteps } from './setup.js';

const EXAMPLES = 'status:403 caller:ci cause:expired -route:blob';

export class RequestsView {
  constructor(root, store, params) {
    this.store = store;
    this.rows = new Rows();
    this.list = new RequestList(this.rows, (number, isEntered) => this.open(number, isEntered));
    this.rejection = h('section', { class: 'card', 'aria-label': 'Last rejection' });
    this.causes = h('div', { class: 'row chips', role: 'group', 'aria-label': 'Causes' });
    this.timeline = new Timeline((number) => this.open(number, false));
    this.field = h('input', {
      type: 'search', 'data-filter': true, 'aria-label': 'Filter of requests', placeholder: EXAMPLES, spellcheck: 'false', autocomplete: 'off',
      'aria-describedby': 'filter-error', oninput: () => this.typed(), onkeydown: (event) => this.fieldKey(event),
    });
    this.error = h('p', { id: 'filter-error', class: 'bad', role: 'alert' });
    this.total = h('span', { class: 'dim total' });
    this.empty = h('div', { class: 'empty', hidden: true });
    this.pane = h('aside', { class: 'pane', 'aria-labelledby': 'detail-title', hidden: true });
    this.main = h('div', { class: 'requests' }, this.summary(), this.bar(), this.error,
      h('div', { class: 'split' }, h('div', { class: 'listbox' }, this.list.element, this.empty), this.pane));
    this.first = h('div', { class: 'first', hidden: true });
    root.append(this.first, this.main);
    this.main.addEventListener('keydown', (event) => event.key === 'Escape' && !event.defaultPrevented && this.close());
    this.schedule = paced(() => this.draw());
    this.navigate(params);
  }

  summary() {
    return h('div', { class: 'summary' }, this.rejection, this.causes, this.timeline.element);
  }

  bar() {
    return h('div', { class: 'row bar' }, this.field, this.total,
      h('button', { type: 'button', onclick: () => exportHar() }, 'Export all as HAR'),
      actionButton('Clear', {
        call: () => ({ method: 'DELETE', path: 'requests' }), name: 'Clear the request log',
        question: 'Remove all requests from the request log?',
      }));
  }

  /** Shows the state in the address. While the user types a filter, it is drawn in a later frame. */
  navigate(params) {
    this.query = params.get('q') ?? '';
    if (document.activeElement !== this.field) this.field.value = this.query;
    this.applyFilter(this.query);
    const number = params.has('open') ? Number(params.get('open')) : null;
    if (this.opened == null) this.opener = document.activeElement;
    this.opened = Number.isInteger(number) ? number : null;
    this.drawnDetail = undefined;
    if (this.isTyping) this.schedule();
    else this.draw();
  }

  changed(topic) {
    if (topic === 'configuration') {
      // The principals of access keys are part of the rows and the details.
      this.list.drawn.clear();
      this.drawnDetail = undefined;
    }
    if (['requests', 'tokens', 'clock', 'configuration'].includes(topic)) this.schedule();
    if (topic === 'second') this.timeline.update(this.store);
  }

  applyFilter(query) {
    const filter = parseFilter(query);
    this.error.textContent = filter.error ? `Invalid filter: ${filter.error}.` : '';
    if (filter.error) this.field.setAttribute('aria-invalid', 'true');
    else this.field.removeAttribute('aria-invalid');
    if (this.applied === query) return;
    this.applied = query;
    this.rows.reset(filter.test);
  }

  typed() {
    this.query = this.field.value;
    this.isTyping = true;
    go(address('requests', { q: this.query, open: this.opened }), { replace: true });
    this.isTyping = false;
  }

  fieldKey(event) {
    if (event.key === 'Escape') {
      if (this.field.value === '') this.list.element.focus();
      this.field.value = '';
      this.typed();
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      this.draw();
      this.list.element.focus();
    } else return;
    event.preventDefault();
  }

  draw() {
    const { store, rows } = this;
    const isFirst = store.log.items.length === 0 && store.isLoaded;
    if (isFirst && (this.query || this.opened !== null)) {
      // No filter is left that cannot be seen.
      replaceAddress('#requests');
      this.navigate(new URLSearchParams());
      return;
    }
    if (isFirst && this.first.shown !== store.hadRequests) {
      this.first.shown = store.hadRequests;
      put(this.first, firstSteps(store.hadRequests));
    }
    this.first.hidden = !isFirst;
    if (this.main.hidden !== isFirst) {
      const hadFocus = this.main.contains(document.activeElement);
      this.main.hidden = isFirst;
      if (hadFocus) this.first.querySelector('h2').focus();
    }
    if (isFirst) return;
    rows.update(store.log);
    this.list.update();
    if (this.opened !== null) this.list.show(this.opened);
    drawRejection(this.rejection, store);
    drawCauses(this.causes, store, this.query);
    this.timeline.update(store);
    this.drawTotals();
    this.drawDetail();
  }

  drawTotals() {
    const { log, isLoaded } = this.store;
    if (!isLoaded) return;
    const all = log.items.length;
    const matched = this.rows.matched;
    this.total.textContent = matched === all ? count(all, 'request') : `${matched.toLocaleString('en')} of ${count(all, 'request')}`;
    const dropped = Math.max(log.dropped, this.store.forgotten ?? 0);
    if (dropped) this.total.textContent += '. Older requests were discarded.';
    this.empty.hidden = matched > 0;
    if (matched === 0) put(this.empty, h('p', null, 'No request matches.'), h('button', { type: 'button', onclick: () => go(address('requests')) }, 'Clear filter'));
  }

  drawDetail() {
    const request = this.opened === null ? null : this.store.log.find(this.opened);
    const { issue, token, retried } = request ? afterwards(request, this.store) : {};
    const record = this.store.tokens.find(({ id }) => id === request?.token);
    const state = [this.store.log.generation, this.opened, Boolean(request), record?.region, issue?.number, token?.id, retried?.number].join();
    if (state === this.drawnDetail) return;
    this.drawnDetail = state;
    this.pane.hidden = this.opened === null;
    this.main.classList.toggle('has-pane', !this.pane.hidden);
    if (request) keepFocus(this.pane, () => put(this.pane, detail(request, this.store, () => this.close())));
    else if (this.opened !== null) put(this.pane, h('h2', { id: 'detail-title', tabindex: '-1' }, `Request ${this.opened}`), h('p', null, 'The request log does not contain this request.'), h('button', { type: 'button', onclick: () => this.close() }, 'Close'));
  }

  open(number, isEntered) {
    const isNarrow = matchMedia('(max-width: 700px)').matches;
    go(address('requests', { q: this.query, open: number }), { replace: this.opened !== null });
    this.pane.scrollTop = 0;
    if (isEntered || isNarrow) this.pane.querySelector('h2')?.focus();
  }

  close() {
    if (this.opened === null) return;
    const { opener } = this;
    go(address('requests', { q: this.query }));
    (this.main.contains(opener) && !this.pane.contains(opener) ? opener : this.list.element).focus();
  }
}

function firstSteps(hadRequests) {
  return [
    h('h2', { tabindex: '-1' }, hadRequests ? 'The request log is empty' : 'No client has called this mock yet'),
    h('p', null, "This is a mock of Amazon ECR. It issues tokens that expire by the mock's clock, and its registry verifies them. Point a client at it:"),
    clientSteps('docker'),
    clientSteps('aws'),
    h('p', null, h('a', { href: '#setup' }, 'All clients')),
  ];
}

/** Downloads the request log. A link cannot send the control key, so the page reads the file. */
async function exportHar() {
  const response = await fetch(`${BASE}requests.har`, { headers: headers() }).catch(() => null);
  if (!response?.ok) {
    say('The export failed.');
    return;
  }
  const url = URL.createObjectURL(await response.blob());
  h('a', { href: url, download: 'mock-ecr.har' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
