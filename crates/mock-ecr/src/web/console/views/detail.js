// The explanation of requests: the details of one request, the last rejection, and the causes of all.

import { ORIGIN } from '../api.js';
import { address, go } from '../address.js';
import { repeat } from '../commands.js';
import { isRejected, kindName, owner, principal, repository, sentence, short, title, tone } from '../describe.js';
import { facts, formatJson, h, keyed, put } from '../dom.js';
import { hasTerm, toggleTerm } from '../filter.js';
import { dateTime, duration, millis, shortTime } from '../time.js';
import { steps } from './setup.js';

/** Creates the pane. `close` closes it. */
export function detail(request, store, close) {
  const { explanation } = request;
  return [
    h('div', { class: 'row head' },
      h('h2', { tabindex: '-1', id: 'detail-title' }, h('span', { class: 'dim' }, `#${request.number} `), title(request)),
      h('button', { type: 'button', class: 'quiet', onclick: close, 'aria-label': 'Close the details' }, '✕')),
    h('p', { class: `lead ${tone(request)}` }, sentence(request) || 'The request succeeded.'),
    explanation?.advice && h('p', { class: 'advice' }, explanation.advice),
    section('Response', facts([
      ['Status', h('strong', { class: tone(request) }, request.status)],
      ['Code', request.error],
      ['Message', request.message],
      ['Token error', request.token_error],
      ['Cause', explanation && h('a', { href: address('requests', { q: `cause:${explanation.kind}` }) }, kindName(explanation.kind))],
      ['New token', renewal(request, store)],
      ['Succeeded later', isRejected(request) && retry(request, store)],
      ['Faults', request.faults?.length ? request.faults.map((id) => [h('a', { href: address('faults', { id }) }, `fault ${id}`), ' ']) : null],
      ...factRows(explanation?.facts),
    ])),
    section('Request', facts([
      ['Received', `${dateTime(request.received)} by the mock's clock`],
      ['Took', `${(request.took_micros / 1000).toFixed(1)} ms`],
      ['Service', `${request.service}, over ${request.ingress.toUpperCase()}`],
      ['Target', `${request.method} ${request.target}`],
      ['Host', request.host],
      ['Client', request.user_agent || 'no User-Agent'],
      ['Caller', request.caller],
      ['Claimed caller', request.caller ? null : owner(request)],
      ['Principal of the token', request.bearer],
      ['Token', request.token && h('a', { href: address('tokens', { id: request.token }) }, request.token)],
      ['Credential', request.claim && `${request.claim.access_key_id}, ${request.claim.region}, ${request.claim.service}`],
      ['Authorization', request.authorization ? 'present' : 'absent'],
      ['Request ID', request.request_id],
    ])),
    request.input && section('Input', h('pre', { tabindex: '0' }, formatJson(request.input))),
    section('Repeat it', steps(repeat(request, { origin: ORIGIN, config: store.config, token: store.tokens.find(({ id }) => id === request.token) }), 'that repeats the request')),
    request.token && sameToken(request, store),
    section('Use it', h('p', { class: 'row' },
      h('a', { href: address('faults', faultOf(request)) }, 'Add a fault for such requests'),
      repository(request) && h('a', { href: address('repositories', { q: repository(request) }) }, 'Show the repository'))),
  ];
}

/** Returns what happened after a request: the call that issued a new token, a token that the control API issued, and the retry that succeeded. */
export function afterwards(request, store) {
  return {
    issue: store.log.issuedSince(request.bearer, request.number),
    token: issuedByControl(request, store.tokens, store.clock.now()),
    retried: store.log.retryOf(request),
  };
}

/** Returns the first token that the control API issued to the principal of a request, between the request and now by the mock's clock. */
export function issuedByControl({ bearer, token, received, explanation }, tokens, now) {
  const known = [token, explanation?.facts?.other_valid_token];
  return tokens.find((t) => t.principal === bearer && t.issued_by_request == null && millis(t.issued) >= millis(received) && millis(t.issued) <= now && !known.includes(t.id));
}

/** Returns whether a new token was issued to the principal of a rejected request. */
function renewal(request, store) {
  const arn = request.bearer;
  if (!arn || !request.token || !request.token_error) return null;
  const { issue, token } = afterwards(request, store);
  const other = request.explanation?.facts?.other_valid_token;
  const valid = other ? ` Another valid token of ${principal(arn)} existed: ${short(other)}.` : '';
  if (issue) return [h('a', { href: address('requests', { open: issue.number }) }, `Yes: request ${issue.number}`), ` issued token ${short(issue.token)}.${valid}`];
  if (token) return ['Yes: the control API issued ', h('a', { href: address('tokens', { id: token.id }) }, `token ${short(token.id)}`), ` at ${shortTime(token.issued, request.received)}.${valid}`];
  return `No: ${principal(arn)} has not called GetAuthorizationToken after this request.${valid}`;
}

/** Returns whether the client sent a rejected request again with success. */
function retry(request, store) {
  const found = store.log.retryOf(request);
  return found ? [h('a', { href: address('requests', { open: found.number }) }, `Yes: request ${found.number}`), ` of the same client succeeded at ${shortTime(found.received, request.received)}.`] : 'No: the client has not sent this request again with success.';
}

function section(name, ...children) {
  return h('section', null, h('h3', null, name), children);
}

function factRows(values) {
  return Object.entries(values ?? {}).map(([name, value]) => [factName(name), factText(name, value)]);
}

function factName(name) {
  const text = name.replace(/_ms$/, '').replaceAll('_', ' ');
  return text[0].toUpperCase() + text.slice(1);
}

function factText(name, value) {
  if (name.endsWith('_ms') && typeof value === 'number') return duration(value);
  if (/_at$|_until$/.test(name) && typeof value === 'string' && !Number.isNaN(Date.parse(value))) return dateTime(value);
  if (name === 'other_valid_token' && value) return h('a', { href: address('tokens', { id: value }) }, value);
  return value === null ? null : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function sameToken(request, store) {
  const others = store.log.items.filter((r) => r.token === request.token);
  const shown = others.slice(-20).reverse();
  return section(`Requests with token ${short(request.token)}`,
    h('ul', { class: 'plain' }, shown.map((r) => h('li', { class: r.number === request.number ? 'current' : null },
      h('a', { href: address('requests', { q: `token:${request.token}`, open: r.number }) }, `${r.number} ${title(r)}`), ' ', h('span', { class: tone(r) }, r.status)))),
    others.length > shown.length && h('p', { class: 'dim' }, `The newest ${shown.length} of ${others.length}.`));
}

function faultOf(request) {
  return request.operation ? { operation: request.operation } : { route: request.route, method: request.method };
}

/** Draws the last rejection into a section. */
export function drawRejection(section, store) {
  const request = store.log.lastRejection;
  section.hidden = !request;
  if (!request) return;
  const time = shortTime(request.received, store.clock.now());
  const { issue, token, retried } = afterwards(request, store);
  const state = [store.log.generation, request.number, time, issue?.number, token?.id, retried?.number].join();
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
