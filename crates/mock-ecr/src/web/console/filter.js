// The filter of requests: words, and conditions such as `status:403 caller:ci cause:expired -route:blob`.

import { isRejected, kindName, owner, repository, title } from './describe.js';

/** The conditions: how a value of a request is compared with the text after the colon. */
const FIELDS = {
  status: status,
  cause: text(({ explanation, error }) => (explanation ? [explanation.kind, explanation.kind.replaceAll('_', ' '), kindName(explanation.kind), /^Throttl/.test(error) && 'throttled'] : [])),
  caller: text((r) => [r.caller, r.bearer, owner(r), r.claim?.access_key_id]),
  code: text((r) => [r.error]),
  fault: (value) => whole('fault', value, (r, number) => r.faults?.includes(number)),
  host: text((r) => [r.host]),
  agent: text((r) => [r.user_agent]),
  is: (value) => (value === 'rejected' ? { test: isRejected } : { error: `invalid value "${value}" of is: expected rejected` }),
  method: exact((r) => r.method),
  number: (value) => whole('number', value, (r, number) => r.number === number),
  operation: text((r) => [r.operation]),
  repository: text((r) => [repository(r)]),
  route: exact((r) => r.route),
  service: exact((r) => r.service),
  token: (value) => ({ test: (r) => (r.token ?? '').startsWith(value) }),
};

export const FIELD_NAMES = Object.keys(FIELDS);

/** Parses a filter. A text with a colon that begins with no name of a condition, such as `app:1` or an ARN, is a word. */
export function parseFilter(query) {
  const tests = [];
  /** The tests of the values of each condition, of which one must succeed. */
  const values = {};
  for (const { isNegated, key, value, error } of terms(query)) {
    const made = error ? { error } : key === null ? word(value) : FIELDS[key](value.toLowerCase());
    if (made.error) return { test: () => true, error: made.error };
    if (isNegated) tests.push((r) => !made.test(r));
    else if (key === null) tests.push(made.test);
    else (values[key] ??= []).push(made.test);
  }
  tests.push(...Object.values(values).map((some) => (r) => some.some((test) => test(r))));
  return { test: (r) => tests.every((test) => test(r)), error: null };
}

/** Returns the filter with the term added, or without it if it contains the term. */
export function toggleTerm(query, term) {
  const parts = split(query);
  const rest = parts.filter((part) => part !== term);
  return (rest.length === parts.length ? [...parts, term] : rest).join(' ');
}

/** Returns whether the filter contains the term. */
export function hasTerm(query, term) {
  return split(query).includes(term);
}

function split(query) {
  return query.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
}

function* terms(query) {
  for (const part of split(query)) {
    const isNegated = part.startsWith('-') && part.length > 1;
    const body = isNegated ? part.slice(1) : part;
    if ((body.match(/"/g) ?? []).length % 2) {
      yield { error: `missing closing quotation mark after ${body}` };
      continue;
    }
    const match = /^([a-z]+):(.*)$/i.exec(body);
    const key = match?.[1].toLowerCase();
    const value = (match ? match[2] : body).replaceAll('"', '');
    if (!match || !Object.hasOwn(FIELDS, key)) yield { isNegated, key: null, value: body.replaceAll('"', '') };
    else if (value === '') yield { error: `missing value after ${key}:` };
    else yield { isNegated, key, value };
  }
}

const texts = new WeakMap();

function searchText(request) {
  let found = texts.get(request);
  if (found === undefined) {
    const { method, target, operation, user_agent, caller, bearer, error, message, explanation, status, host, token } = request;
    const parts = [title(request), method, target, operation, user_agent, caller, bearer, error, message, explanation?.text, status, host, token];
    found = parts.filter(Boolean).join('\n').toLowerCase();
    texts.set(request, found);
  }
  return found;
}

function word(value) {
  const wanted = value.toLowerCase();
  return { test: (r) => searchText(r).includes(wanted) };
}

function text(values) {
  return (wanted) => ({ test: (r) => values(r).some((value) => value && value.toLowerCase().includes(wanted)) });
}

function exact(value) {
  return (wanted) => ({ test: (r) => value(r)?.toLowerCase() === wanted });
}

function whole(name, value, test) {
  if (!/^\d+$/.test(value)) return { error: `invalid value "${value}" of ${name}: expected a number` };
  return { test: (r) => Boolean(test(r, Number(value))) };
}

function status(value) {
  if (/^[1-5]xx$/.test(value)) return { test: (r) => Math.floor(r.status / 100) === Number(value[0]) };
  const match = /^(>=|<=|>|<)?(\d{3})$/.exec(value);
  if (!match) return { error: `invalid value "${value}" of status: expected a status such as 403, 4xx or >=400` };
  const number = Number(match[2]);
  const compare = { '>=': (s) => s >= number, '<=': (s) => s <= number, '>': (s) => s > number, '<': (s) => s < number };
  const passes = compare[match[1]] ?? ((s) => s === number);
  return { test: (r) => passes(r.status) };
}
