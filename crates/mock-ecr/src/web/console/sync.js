// Keeps the store up to date: loads the state when the page opens or the mock was restarted, reads the stream of events, and applies them.

import { ApiError, BASE, get, headers, withQuery } from './api.js';
import { setOwners } from './describe.js';

/** The number of requests that are loaded before the whole log, so that the first rows appear at once. */
const FIRST_ROWS = 200;

/** The topics: how each is loaded. Those with a revision of the same name are loaded again when it changes. */
const LOADS = {
  requests: ({ log }) => get(withQuery('requests', { limit: log.limit })),
  tokens: ({ tokenLimit }) => get(withQuery('tokens', { limit: tokenLimit })),
  faults: async () => ({ faults: (await get('faults')).faults }),
  repositories: async () => ({ repositories: (await get('repositories')).repositories }),
  configuration: async () => {
    const config = await get('config');
    setOwners(config.principals);
    return { config };
  },
};

export class Sync {
  constructor(store) {
    this.store = store;
    this.failures = 0;
    this.loading = new Set();
    store.reload = (topic) => this.load(topic);
    this.timers = {};
    this.stream = new Stream({
      next: () => this.next,
      onEvent: (name, data) => EVENTS[name]?.(this, data),
      onState: (state) => this.connection(state),
    });
  }

  /** Loads the newest requests and opens the stream. Its first event loads the rest. */
  async start() {
    this.stop();
    const attempt = this.attempt = {};
    try {
      const loaded = await get(withQuery('requests', { limit: FIRST_ROWS }));
      if (attempt !== this.attempt) return;
      this.begin(loaded);
      this.stream.open();
      this.load('requests');
    } catch (error) {
      if (attempt !== this.attempt || error.status === 401) return;
      this.connection({ isConnected: false, wait: this.startLater(), error });
    }
  }

  /** Closes the stream, which is not opened again before the requests are loaded. */
  stop() {
    clearTimeout(this.timer);
    this.next = null;
    this.stream.close();
  }

  /** Starts again after a time that grows with each attempt, and returns it in seconds. */
  startLater() {
    this.stop();
    this.failures += 1;
    const wait = waitSeconds(this.failures);
    this.timer = setTimeout(() => this.start(), wait * 1000);
    return wait;
  }

  /** Begins with the requests of an instance of the mock. */
  begin(loaded) {
    Object.assign(this, { instance: loaded.instance, next: loaded.next, first: 0, revisions: {} });
    this.store.hadRequests = loaded.next > 0;
    this.store.log.clear();
    this.merge(loaded);
  }

  /** Adds requests, unless they were loaded from another instance or before the request log was cleared. */
  merge({ requests, forgotten, instance, first }) {
    if (instance !== this.instance || first < this.first) return;
    this.store.log.add(requests);
    this.store.set('requests', { isLoaded: true, forgotten });
  }

  connection({ isConnected, wait, error }) {
    const reason = error?.status ? error.message : 'The mock does not respond.';
    this.store.set('connection', { connection: { isConnected, text: `${reason} Trying again in ${wait} s.` } });
  }

  /** Loads a topic. A change during the load causes one more load, and so does an error. */
  async load(topic) {
    if (this.loading.has(topic)) {
      this.soon(topic);
      return;
    }
    this.loading.add(topic);
    try {
      const values = await LOADS[topic](this.store);
      if (topic === 'requests') this.merge(values);
      else this.store.set(topic, values);
    } catch (error) {
      if (error.status !== 401) {
        notice(this.store, `Loading the ${topic} failed: ${error.message} Trying again in 4 s.`);
        this.soon(topic, 4000);
      }
    }
    this.loading.delete(topic);
  }

  /** Loads a topic at most twice in a second. */
  soon(topic, wait = 500) {
    this.timers[topic] ??= setTimeout(() => {
      delete this.timers[topic];
      this.load(topic);
    }, wait);
  }

  /** Loads the topics whose revision has changed. */
  compare(revisions) {
    for (const [topic, revision] of Object.entries(revisions)) {
      if (revision !== this.revisions[topic]) this.load(topic);
    }
    this.revisions = revisions;
  }
}

const EVENTS = {
  __proto__: null,
  hello(sync, { instance, first, limit, clock, revisions }) {
    const { store } = sync;
    if (instance !== sync.instance) {
      notice(store, 'The mock was restarted.');
      sync.startLater();
      return;
    }
    sync.failures = 0;
    store.log.limit = limit;
    store.log.removeBefore(first);
    store.clock.set(clock);
    store.changed('clock');
    sync.compare(revisions);
  },
  request(sync, request) {
    sync.next = request.number + 1;
    sync.store.log.add([request]);
    sync.store.changed('requests');
    // Uses of tokens and of faults are counters of the records, so a request can change them.
    if (request.token) sync.soon('tokens');
    if (request.faults?.length) sync.soon('faults');
  },
  clock(sync, clock) {
    sync.store.clock.set(clock);
    sync.store.changed('clock');
    sync.soon('tokens');
  },
  changed(sync, revisions) {
    sync.compare(revisions);
  },
  reset(sync, { next }) {
    sync.next = next;
    sync.first = next;
    sync.store.log.clear();
    sync.store.set('requests', { forgotten: 0, hadRequests: next > 0 });
    for (const topic of Object.keys(LOADS)) sync.load(topic);
  },
  missed(sync, { count }) {
    notice(sync.store, `The mock discarded ${count} requests before the page received them.`);
    sync.load('requests');
  },
};

let noticeTimer;

function notice(store, text) {
  store.set('connection', { notice: text });
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => store.set('connection', { notice: null }), 8000);
}

/** The stream of server-sent events: opens it, and opens it again after an interruption. It is closed while the page is hidden. */
export class Stream {
  /** `next` returns the number of the next request that the page needs. */
  constructor(options) {
    this.options = options;
    this.failures = 0;
    this.abort = null;
    this.timer = null;
    document.addEventListener('visibilitychange', () => (document.hidden ? this.close() : this.open()));
  }

  open() {
    if (this.abort || document.hidden || this.options.next() == null) return;
    clearInterval(this.timer);
    const abort = this.abort = new AbortController();
    const end = (error) => this.ended(abort, error);
    this.read(abort).then(end, end);
  }

  close() {
    clearInterval(this.timer);
    clearTimeout(this.watchdog);
    this.abort?.abort();
    this.abort = null;
  }

  async read(abort) {
    // The mock sends a comment every 15 s.
    const watch = () => {
      clearTimeout(this.watchdog);
      this.watchdog = setTimeout(() => this.ended(abort), 40_000);
    };
    watch();
    const response = await fetch(`${BASE}events?after=${this.options.next()}`, { headers: headers(), signal: abort.signal, cache: 'no-store' });
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
    this.options.onState({ isConnected: true });
    const parser = new EventParser(({ event, data }) => {
      if (this.abort !== abort) return;
      this.options.onEvent(event, JSON.parse(data));
      this.failures = 0;
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    while (this.abort === abort) {
      watch();
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  ended(abort, error) {
    if (this.abort !== abort) return;
    this.close();
    if (error?.status === 401) {
      document.dispatchEvent(new Event('key-needed'));
      return;
    }
    this.failures += 1;
    this.countDown(waitSeconds(this.failures), error);
  }

  countDown(wait, error) {
    let left = wait;
    const tick = () => {
      if (left <= 0) {
        clearInterval(this.timer);
        this.open();
        return;
      }
      this.options.onState({ isConnected: false, wait: left, error });
      left -= 1;
    };
    tick();
    this.timer = setInterval(tick, 1000);
  }
}

/** Splits the text of a stream into events. An event may be spread over several parts of the text. */
export class EventParser {
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.rest = '';
    this.start();
  }

  push(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) this.line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  start() {
    this.name = 'message';
    this.data = [];
  }

  line(line) {
    if (line === '') {
      if (this.data.length) this.onEvent({ event: this.name, data: this.data.join('\n') });
      this.start();
      return;
    }
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
  }
}

/** Returns the seconds to wait before the attempt after `failures` failed ones. */
export function waitSeconds(failures) {
  return Math.min(2 ** (failures - 1), 10);
}
