// The state of the page: the request log, tokens, faults and the clock, as the mock has sent them.

import { isMinor, isRejected, title } from './describe.js';
import { MockClock } from './time.js';

/** The requests in the order of their numbers. */
export class RequestLog {
  constructor(limit = 10_000) {
    this.limit = limit;
    this.clear();
  }

  clear() {
    this.items = [];
    /** Changes if the list changes otherwise than by requests at its end. */
    this.epoch = (this.epoch ?? 0) + 1;
    /** The numbers of requests are those of an instance of the mock. */
    this.generation = this.epoch;
    /** The number of requests that were removed because of the limit. */
    this.dropped = 0;
    this.resetSummary();
  }

  resetSummary() {
    this.lastRejection = null;
    /** The number of rejections and of faults by the kind of their explanation. */
    this.kinds = new Map();
    /** The last request that issued a token, by principal. */
    this.issues = new Map();
    /** The requests with each token. */
    this.uses = new Map();
  }

  get last() {
    return this.items[this.items.length - 1] ?? null;
  }

  /** Merges requests. They may be in the log already, or be older than those in the log. */
  add(requests) {
    const known = this.last?.number ?? -1;
    const older = requests.filter((r) => r.number <= known && !this.find(r.number));
    let previous = known;
    for (const request of requests) {
      if (request.number <= previous) continue;
      previous = request.number;
      this.items.push(request);
      this.summarize(request);
    }
    if (older.length) this.rebuild([...older, ...this.items].sort((a, b) => a.number - b.number));
    this.trim();
  }

  /** Removes the requests before a number. */
  removeBefore(number) {
    if ((this.items[0]?.number ?? number) < number) this.rebuild(this.items.filter((r) => r.number >= number));
  }

  /** Returns a request by its number, or null. */
  find(number) {
    const found = this.items[firstAfter(this.items, number - 0.1)];
    return found?.number === number ? found : null;
  }

  /** Returns the first later request of the same client for the same that succeeded, or null. */
  retryOf(request) {
    const { bearer, claim } = request;
    const wanted = title(request);
    const product = (r) => r.user_agent?.split(' ')[0];
    const isSame = (r) => product(r) === product(request) && (!bearer || r.bearer === bearer) && (!claim || r.claim?.access_key_id === claim.access_key_id) && title(r) === wanted;
    return this.items.slice(firstAfter(this.items, request.number)).find((r) => r.status < 400 && isSame(r)) ?? null;
  }

  /** Returns a later request that issued a token to the principal, or null. */
  issuedSince(arn, number) {
    const issue = this.issues.get(arn);
    return issue && issue.number > number ? issue : null;
  }

  rebuild(items) {
    this.items = items;
    this.epoch += 1;
    this.resetSummary();
    for (const request of items) this.summarize(request);
  }

  /** Removes the oldest requests in groups, because each removal draws the list again. */
  trim() {
    if (this.items.length <= this.limit + 200) return;
    const excess = this.items.length - this.limit;
    this.dropped += excess;
    this.rebuild(this.items.slice(excess));
  }

  summarize(request) {
    if (isRejected(request) && !(isMinor(request) && this.lastRejection && !isMinor(this.lastRejection))) this.lastRejection = request;
    const { token } = request;
    if (token) this.uses.has(token) ? this.uses.get(token).push(request) : this.uses.set(token, [request]);
    const kind = request.explanation?.kind;
    if (kind && request.explanation.level !== 'info') this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    if (request.operation === 'GetAuthorizationToken' && request.status < 400 && request.caller) this.issues.set(request.caller, request);
  }
}

/** Returns the index of the first item whose number is greater. */
export function firstAfter(items, number) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle].number <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Everything that the views draw. `listener` receives the name of each changed topic (`requests`, `tokens`, `faults`, `clock`, …). */
export class Store {
  constructor() {
    this.log = new RequestLog();
    this.clock = new MockClock();
    this.tokens = [];
    this.issued = 0;
    /** The number of tokens that the page loads. */
    this.tokenLimit = 200;
    this.faults = [];
    this.config = null;
    this.repositories = null;
    /** The state of the connection: `{isConnected, text}`. */
    this.connection = { isConnected: false, text: 'Connecting …' };
  }

  /** Reports that a topic has changed. An error of a view does not end the stream. */
  changed(topic) {
    try {
      this.listener?.(topic);
    } catch (error) {
      reportError(error);
    }
  }

  set(topic, values) {
    Object.assign(this, values);
    this.changed(topic);
  }
}

/** Returns the state of a token at a time: `valid`, `expired`, `revoked`, or `invalid` for another reason. */
export function tokenState(token, now) {
  if (token.revoked) return 'revoked';
  if (now >= Date.parse(token.expires)) return 'expired';
  return token.valid === false && !/expired since/.test(token.error ?? '') ? 'invalid' : 'valid';
}
