// The view of the principals: those of the configuration with their credentials, permissions and tokens, and others that the mock has seen.

import { address } from '../address.js';
import { actionButton } from '../actions.js';
import { count, principal } from '../describe.js';
import { facts, h, put } from '../dom.js';
import { dateTime, duration, millis } from '../time.js';

export class PrincipalsView {
  constructor(root, store) {
    this.store = store;
    this.body = h('div', { class: 'principals' });
    root.append(h('h2', null, 'Principals'), this.body, h('p', { class: 'dim' }, 'A session or a root user that is not in the configuration is listed if it is in the request log or has a token.'));
    this.draw();
  }

  changed(topic) {
    if (['config', 'tokens', 'clock'].includes(topic)) this.draw();
  }

  draw() {
    const { config, log, tokens } = this.store;
    if (!config || this.body.contains(document.activeElement)) return;
    const now = this.store.clock.now();
    const seen = new Set([...tokens.map((token) => token.principal), ...log.items.map((request) => request.caller)]);
    for (const { arn } of config.principals) seen.delete(arn);
    const others = [...seen].filter(Boolean).map((arn) => ({ arn }));
    put(this.body, [...config.principals, ...others].map((entry) => card(entry, tokens.filter((token) => token.principal === entry.arn), now)));
  }
}

function card({ arn, access_key_id: key, session_token: session, expires, allow, deny, context }, tokens, now) {
  const valid = tokens.filter((token) => token.valid && millis(token.expires) > now);
  const late = expires ? now - millis(expires) : null;
  const rows = [
    ['Access key', key ? h('code', null, key) : 'not in the configuration'],
    ['Credentials', key && (session ? 'temporary, with a session token' : 'long-term')],
    ['Expires', expires && h('span', { class: late >= 0 ? 'bad' : '' }, `${dateTime(expires)}, ${late >= 0 ? `expired ${duration(late)} ago` : `${duration(late)} left`}`)],
    ['Allowed', allow && list(allow, 'nothing')],
    ['Denied', deny && list(deny)],
    ['Context', context && list(Object.entries(context).map(([name, value]) => `${name} = ${value}`))],
    ['Tokens', tokens.length ? `${count(tokens.length, 'token')}, ${valid.length} valid` : 'none'],
    ['Requests', h('a', { href: address('requests', { q: `caller:${arn.includes(' ') ? `"${arn}"` : arn}` }) }, 'Show the requests')],
  ];
  return h('section', { class: 'card' },
    h('h3', { title: arn }, principal(arn)), h('p', { class: 'dim' }, arn),
    facts(rows),
    h('div', { class: 'row' },
      h('a', { href: address('tokens', { principal: arn }) }, 'Issue a token'),
      actionButton('Revoke all tokens', {
        call: () => ({ method: 'POST', path: 'tokens/revoke', body: { principal: arn } }), name: `Revoke all tokens of ${principal(arn)}`, kind: 'quiet',
        question: `Revoke all tokens of ${principal(arn)}, including tokens that are issued later? Only a reset of the mock ends this.`,
      })));
}

function list(values, none = null) {
  return values.length ? values.map((value) => [h('code', null, value), ' ']) : none;
}
