// The view of the principals of the configuration: their credentials, permissions and tokens.

import { address } from '../address.js';
import { actionButton } from '../actions.js';
import { count, principal } from '../describe.js';
import { facts, h, put } from '../dom.js';
import { dateTime, duration, millis } from '../time.js';

export class PrincipalsView {
  constructor(root, store) {
    this.store = store;
    this.body = h('div', { class: 'principals' });
    root.append(h('h2', null, 'Principals'), this.body, h('p', { class: 'dim' }, 'Sessions that were added while the mock was running, and root users, are not listed. Their tokens are on the page Tokens.'));
    this.draw();
  }

  changed(topic) {
    if (['config', 'tokens', 'clock'].includes(topic)) this.draw();
  }

  draw() {
    const { config, tokens } = this.store;
    if (!config || this.body.contains(document.activeElement)) return;
    const now = this.store.clock.now();
    if (!config.principals.length) put(this.body, h('p', { class: 'empty' }, 'The configuration has no principals.'));
    else put(this.body, config.principals.map((entry) => card(entry, tokens.filter((token) => token.principal === entry.arn), now)));
  }
}

function card({ arn, access_key_id: key, session_token: session, expires, allow, deny, context }, tokens, now) {
  const valid = tokens.filter((token) => token.valid && millis(token.expires) > now);
  const late = expires ? now - millis(expires) : null;
  const rows = [
    ['Access key', h('code', null, key)],
    ['Credentials', session ? 'temporary, with a session token' : 'long-term'],
    ['Expires', expires && h('span', { class: late >= 0 ? 'bad' : '' }, `${dateTime(expires)}, ${late >= 0 ? `expired ${duration(late)} ago` : `${duration(late)} left`}`)],
    ['Allowed', list(allow, 'nothing')],
    ['Denied', deny.length ? list(deny) : null],
    ['Context', Object.keys(context ?? {}).length ? list(Object.entries(context).map(([name, value]) => `${name} = ${value}`)) : null],
    ['Tokens', tokens.length ? `${count(tokens.length, 'token')}, ${valid.length} valid` : 'none'],
    ['Requests', h('a', { href: address('requests', { q: `caller:${arn.includes(' ') ? `"${arn}"` : arn}` }) }, 'Show the requests')],
  ];
  return h('section', { class: 'card' },
    h('h3', { title: arn }, principal(arn)), h('p', { class: 'dim' }, arn),
    facts(rows),
    h('div', { class: 'row' },
      h('a', { href: address('tokens') }, 'Issue a token'),
      actionButton('Revoke all tokens', {
        call: () => ({ method: 'POST', path: 'tokens/revoke', body: { principal: arn } }), name: `Revoke all tokens of ${principal(arn)}`, kind: 'quiet',
        question: `Revoke all tokens of ${principal(arn)}, including tokens that are issued later? Only a reset of the mock ends this.`,
      })));
}

function list(values, none) {
  return values.length ? values.map((value) => [h('code', null, value), ' ']) : none;
}
