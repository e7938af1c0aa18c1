// The details of one request: the explanation, what the client received, the facts, and the commands that repeat it.

import { ORIGIN } from '../api.js';
import { address } from '../address.js';
import { repeat } from '../commands.js';
import { isRejected, kindName, principal, repository, sentence, short, title, tone } from '../describe.js';
import { command, facts, formatJson, h } from '../dom.js';
import { dateTime, duration, shortTime } from '../time.js';

/** Creates the pane. `close` closes it. */
export function detail(request, store, close) {
  const { explanation } = request;
  return [
    h('div', { class: 'row head' },
      h('h2', { tabindex: '-1', id: 'detail-title' }, title(request)),
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
      ['Number', request.number],
      ['Received', `${dateTime(request.received)} by the mock's clock`],
      ['Took', `${(request.took_micros / 1000).toFixed(1)} ms`],
      ['Service', `${request.service}, over ${request.ingress.toUpperCase()}`],
      ['Target', `${request.method} ${request.target}`],
      ['Host', request.host],
      ['Client', request.user_agent || 'no User-Agent'],
      ['Caller', request.caller],
      ['Principal of the token', request.bearer],
      ['Token', request.token && h('a', { href: address('tokens', { id: request.token }) }, request.token)],
      ['Credential', request.claim && `${request.claim.access_key_id}, ${request.claim.region}, ${request.claim.service}`],
      ['Authorization', request.authorization ? 'present' : 'absent'],
      ['Request ID', request.request_id],
    ])),
    request.input && section('Input', h('pre', { tabindex: '0' }, formatJson(request.input))),
    section('Repeat it', command(repeat(request, ORIGIN), 'the command that repeats the request'), h('p', { class: 'dim' }, hint(request))),
    request.token && sameToken(request, store),
    section('Use it', h('p', { class: 'row' },
      h('a', { href: address('faults', faultOf(request)) }, 'Add a fault for such requests'),
      repository(request) && h('a', { href: address('repositories', { q: repository(request) }) }, 'Show the repository'))),
  ];
}

/** Returns whether a new token was issued to the principal of a rejected request. */
export function renewal(request, store) {
  const arn = request.bearer;
  if (!arn || !request.token || !request.token_error) return null;
  const issue = store.log.issuedSince(arn, request.number);
  const other = request.explanation?.facts?.other_valid_token;
  const valid = other ? ` Another valid token of ${principal(arn)} existed: ${short(other)}.` : '';
  if (!issue) return `No: no token was issued to ${principal(arn)} after this request.${valid}`;
  return [h('a', { href: address('requests', { open: issue.number }) }, `Yes: request ${issue.number}`), ` issued token ${short(issue.token)}.${valid}`];
}

/** Returns whether the client sent a rejected request again with success. */
export function retry(request, store) {
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

function hint(request) {
  if (request.operation) return `Set the credentials first, for example with eval "$(mock-ecr env --url ${ORIGIN})".`;
  return request.authorization ? `The command presents a new token, not that of the request. Set the variable first: PASSWORD=$(mock-ecr token issue --password --url ${ORIGIN})` : 'The request had no Authorization header.';
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
