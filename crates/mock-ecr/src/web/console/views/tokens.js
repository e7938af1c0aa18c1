// The views of the tokens and of the principals that they are issued to.

import { actionButton, actionForm } from '../actions.js';
import { send } from '../api.js';
import { address } from '../address.js';
import { isLoopback, json } from '../commands.js';
import { count, principal, short } from '../describe.js';
import { command, copyButton, facts, h, keepFocus, keyed, paced, put } from '../dom.js';
import { dateTime, duration, millis, shortTime } from '../time.js';
import { FUTURE, isFuture, TokenBar } from './bar.js';

/** The tokens: their remaining lifetime, uses and rejections, and the actions on them. */
export class TokensView {
  constructor(root, store, params) {
    this.store = store;
    this.bars = new Map();
    this.rows = h('div', { class: 'tokens', role: 'list' });
    this.note = h('p', { class: 'dim row' });
    root.append(
      h('div', { class: 'row spread' }, h('h2', null, 'Tokens'), this.note),
      this.rows,
      h('div', { class: 'columns' }, this.issueForm(), this.explainForm(), this.revokeForm()));
    this.schedule = paced(() => this.draw());
    this.scheduleBars = paced(() => this.drawBars());
    this.navigate(params);
  }

  navigate(params) {
    this.wanted = params.get('id');
    this.draw();
    if (params.has('principal')) {
      this.issuing.elements.principal.value = params.get('principal');
      this.issuing.refresh();
      this.issuing.scrollIntoView({ block: 'center' });
    }
    const row = this.wanted && this.rows.querySelector(`[data-id="${CSS.escape(this.wanted)}"]`);
    if (row) row.scrollIntoView({ block: 'center' });
    row?.focus();
  }

  changed(topic) {
    if (topic === 'tokens') this.schedule();
    if (topic === 'configuration') this.issuing.querySelector('datalist').replaceWith(principalList(this.store));
    if (topic === 'second' || topic === 'clock' || topic === 'requests') this.scheduleBars();
  }

  draw() {
    const { store } = this;
    const tokens = [...store.tokens].reverse();
    const all = h('button', { type: 'button', onclick: () => { store.tokenLimit = null; store.reload('tokens'); } }, 'Show all');
    put(this.note, store.issued > tokens.length && [`The newest ${tokens.length} of ${count(store.issued, 'token')}.`, store.tokenLimit && all]);
    keyed(this.rows, tokens, (token) => token.id, (token) => this.row(token), (token) => JSON.stringify([token, token.id === this.wanted]),
      store.isLoaded ? 'No token was issued yet. Clients get one with GetAuthorizationToken.' : 'Loading …');
    this.drawBars();
  }

  row(token) {
    const bar = new TokenBar(token);
    this.bars.set(token.id, bar);
    const who = principal(token.principal);
    return h('div', { role: 'listitem', class: token.id === this.wanted ? 'token wanted' : 'token', 'data-id': token.id, tabindex: '-1' },
      h('div', { class: 'name' }, h('strong', { title: token.principal }, who), ' ', h('code', { title: token.id }, short(token.id))),
      bar.element,
      h('div', { class: 'facts-line' },
        h('span', null, `${token.region}, ${dateTime(token.issued)} → ${shortTime(token.expires, token.issued)}`),
        h('a', { href: address('requests', { q: `token:${token.id}` }) }, token.presented ? count(token.presented, 'use') : 'not used'),
        token.rejected ? h('a', { class: 'bad', href: address('requests', { q: `token:${token.id} is:rejected` }) }, `${token.rejected} rejected`) : null,
        token.issued_by_request != null ? h('a', { href: address('requests', { open: token.issued_by_request }) }, `issued by request ${token.issued_by_request}`) : null),
      token.first_rejection && h('p', { class: 'why' }, h('span', { class: 'dim' }, `First rejected ${shortTime(token.first_rejection.at, token.issued)}: `), token.first_rejection.text),
      token.revoked && h('p', { class: 'why' }, `Revoked at ${dateTime(token.revoked.at)}${REVOKED[token.revoked.scope] ?? ''}.`),
      h('div', { class: 'row buttons' },
        token.revoked ? null : revokeButton('Revoke', { id: token.id }, { name: `Revoke token ${short(token.id)} of ${who}` }),
        revokeAll(token.principal, token.id)));
  }

  drawBars() {
    const { clock, log, tokens } = this.store;
    for (const { id } of tokens) this.bars.get(id)?.draw(clock.now(), log.uses.get(id), clock.state);
  }

  issueForm() {
    const who = h('input', { name: 'principal', list: 'principals', spellcheck: 'false', placeholder: 'default: the first principal' });
    const region = h('input', { name: 'region', spellcheck: 'false', placeholder: 'default: the configured Region' });
    const result = h('div', { 'aria-live': 'polite' });
    this.issuing = actionForm({
      name: 'Issue a token', label: 'Issue',
      fields: [h('label', null, 'Principal (ARN)', who, principalList(this.store)), h('label', null, 'Region', region)],
      makeCall: () => ({ method: 'POST', path: 'tokens', body: present({ principal: who.value.trim(), region: region.value.trim() }) }),
      then: async (token) => {
        put(result,
          h('p', { class: 'row' }, copyButton(token.password, 'Copy the password'), copyButton(token.authorization_token, 'Copy the token')),
          command(`docker login --username AWS --password-stdin ${token.proxy_endpoint}`, 'the login command'),
          h('small', null, 'The command reads the password: paste it, then press Ctrl-D.'));
        // A token can be revoked when it is issued.
        result.prepend(...this.explanation(await send(inspection(token.password))));
      },
    });
    return h('section', { class: 'card' }, h('h3', null, 'Issue a token'),
      h('p', null, 'A principal gets the same token again for the same Region and time. If the clock is frozen, advance it to get another one.'), this.issuing, result);
  }

  explainForm() {
    const text = h('textarea', { name: 'token', rows: '3', spellcheck: 'false', autocomplete: 'off', oninput: () => put(result) });
    const result = h('div', { 'aria-live': 'polite' });
    let found;
    const form = actionForm({
      name: 'Explain a token', label: 'Explain',
      fields: [h('label', null, "Token, password, or docker's config.json", text), result],
      makeCall: () => {
        if (!text.value.trim()) throw new Error('Paste a token.');
        found = tokenIn(text.value, location.host);
        return inspection(found.token);
      },
      then: (value) => put(result, found.registry && h('p', null, `The login of ${found.registry}:`), this.explanation(value)).scrollIntoView({ block: 'nearest' }),
    });
    return h('section', { class: 'card' }, h('h3', null, 'Explain a token'), form);
  }

  explanation({ claims, valid, error, explanation }) {
    const left = claims && millis(claims.expires) - this.store.clock.now();
    return [
      h('p', { class: valid ? 'ok' : 'bad' }, valid ? `The token is valid for ${duration(left)}.${isFuture(claims, this.store.clock.now()) ? ` It was ${FUTURE}.` : ''}` : explanation?.text ?? `The token is invalid: ${error}.`),
      h('p', null, explanation?.advice ?? ''),
      claims && facts([['ID', claims.id], ['Principal', claims.principal], ['Region', claims.region], ['Issued', dateTime(claims.issued)], ['Expires', dateTime(claims.expires)]]),
    ].filter(Boolean);
  }

  revokeForm() {
    return h('section', { class: 'card' }, h('h3', null, 'Revoke all tokens'),
      h('p', null, "Revokes all tokens that were issued up to now by the mock's clock. If the clock is set back, the tokens that the mock then issues are revoked too."),
      actionButton('Revoke all', {
        call: () => ({ method: 'POST', path: 'tokens/revoke', body: { issued_before: new Date(this.store.clock.now() + 1).toISOString() } }),
        question: () => `Revoke all tokens that were issued up to ${dateTime(this.store.clock.now())} by the mock's clock?`, kind: 'danger',
      }));
  }
}

/** Creates a button that revokes tokens. */
function revokeButton(label, body, options) {
  return actionButton(label, { call: () => ({ method: 'POST', path: 'tokens/revoke', body }), kind: 'quiet', ...options });
}

/** Creates a button that revokes all tokens of a principal. */
function revokeAll(arn, focus) {
  const label = `Revoke all of ${principal(arn)}`;
  return revokeButton(label, { principal: arn }, { focus: focus && `${focus} all`, question: `Revoke all tokens of ${principal(arn)}, including tokens that are issued later? Only a reset of the mock ends this.` });
}

const REVOKED = { principal: ', together with all tokens of the principal', issued_before: ', together with all tokens issued before a time' };

function inspection(token) {
  return { method: 'POST', path: 'tokens/inspect', body: { token } };
}

/**
 * Returns the token or password in a text, and the registry if the text is docker's config.json: that of the mock's host, of ECR, or the first one.
 */
export function tokenIn(text, host) {
  const logins = Object.entries(json(text)?.auths ?? {}).filter(([, { auth }]) => auth);
  const isMock = ([name]) => hostOf(name) === host || (isLoopback(hostOf(name)) && hostOf(name).split(':').pop() === host.split(':').pop());
  const login = logins.find(isMock) ?? logins.find(([name]) => /\.dkr[.-]ecr[.-]/.test(name)) ?? logins[0];
  if (login) return { token: login[1].auth, registry: login[0] };
  if (json(text)) throw new Error('The file contains no password.');
  // A line of the file, a value in quotation marks, a header, or a user with its password.
  return { token: text.trim().replace(/^"auth"\s*:\s*/, '').replace(/^["']|["'],?$/g, '').replace(/^(Authorization:\s*)?Basic\s+/i, '').replace(/^AWS:/, '') };
}

function hostOf(registry) {
  return registry.replace(/^https?:\/\//, '').replace(/\/.*/, '');
}

/** Creates the list of the principals of the configuration, for a field. */
function principalList(store) {
  return h('datalist', { id: 'principals' }, (store.config?.principals ?? []).map(({ arn }) => h('option', { value: arn })));
}

/** Returns the object without empty values. */
function present(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value != null));
}

/** The principals: those of the configuration with their credentials, permissions and tokens, and others that the mock has seen. */
export class PrincipalsView {
  constructor(root, store) {
    this.store = store;
    this.body = h('div', { class: 'principals' });
    root.append(h('h2', null, 'Principals'), this.body, h('p', { class: 'dim' }, 'A session or a root user that is not in the configuration is listed if it is in the request log or has a token.'));
    this.schedule = paced(() => this.draw());
    this.draw();
  }

  changed(topic) {
    if (['configuration', 'tokens', 'clock'].includes(topic)) this.schedule();
  }

  draw() {
    const { config, log, tokens } = this.store;
    if (!config) return;
    const now = this.store.clock.now();
    const seen = new Set([...tokens.map((token) => token.principal), ...log.items.map((request) => request.caller)]);
    for (const { arn } of config.principals) seen.delete(arn);
    const others = [...seen].filter(Boolean).map((arn) => ({ arn }));
    keepFocus(this.body, () => put(this.body, [...config.principals, ...others].map((entry) => card(entry, tokens.filter((token) => token.principal === entry.arn), now))));
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
      revokeAll(arn)));
}

function list(values, none = null) {
  return values.length ? values.map((value) => [h('code', null, value), ' ']) : none;
}
