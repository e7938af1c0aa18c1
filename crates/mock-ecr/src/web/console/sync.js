// Keeps the store up to date: loads the state when the page opens or the mock was restarted, reads the stream of events, and applies them.

import { ApiError, BASE, get, headers, withQuery } from './api.js';
import { setOwners } from './describe.js';

/** The number of requests that are loaded before the whole log, so that the first rows appear at once. */
const FIRST_ROWS = 200;

/** The topics: how each is loaded. Those with a revision of the same name are loaded again when it changes. */
const LOADS = {
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
    this.instance = null;
    this.revisions = {};
    this.loading = new Map();
    store.reload = (topic) => this.load(topic);
    this.timers = {};
    this.stream = new Stream({
      next: () => this.next,
      onEvent: (name, data) => this.event(name, data),
      onState: (state) => this.connection(state),
    });
  }

  /** Loads everything and opens the stream. */
  async start() {
    this.stream.close();
    try {
      const first = await get(withQuery('requests', { limit: FIRST_ROWS }));
      this.reset(first);
      this.stream.open();
      for (const topic of Object.keys(LOADS)) this.load(topic);
      if (first.requests.length === FIRST_ROWS) this.merge(await get(withQuery('requests', { limit: this.store.log.limit })));
    } catch (error) {
      if (error.status === 401) return;
      this.store.set('connection', { connection: { isConnected: false, text: `${error.message} Trying again in 2 s.` } });
      setTimeout(() => this.start(), 2000);
    }
  }

  /** Begins with the requests of an instance of the mock. */
  reset(loaded) {
    this.store.log.clear();
    this.instance = loaded.instance ?? this.instance;
    this.merge(loaded);
    this.next = loaded.next;
    this.store.hadRequests = loaded.next > 0;
  }

  merge({ requests, forgotten, instance }) {
    if (instance && this.instance && instance !== this.instance) return;
    this.store.log.add(requests);
    this.store.set('requests', { isLoaded: true, forgotten });
  }

  connection({ isConnected, wait, error }) {
    const reason = error?.status ? error.message : 'The mock does not respond.';
    this.store.set('connection', { connection: { isConnected, text: isConnected ? '' : `${reason} Trying again in ${wait} s.` } });
  }

  event(name, data) {
    const handler = EVENTS[name];
    if (handler) handler(this, data);
  }

  /** Loads a topic. A change during the load causes one more load. */
  async load(topic) {
    if (this.loading.has(topic)) {
      this.loading.set(topic, 'again');
      return;
    }
    this.loading.set(topic, 'once');
    await LOADS[topic](this.store).then((values) => this.store.set(topic, values), () => {});
    const isChanged = this.loading.get(topic) === 'again';
    this.loading.delete(topic);
    if (isChanged) setTimeout(() => this.load(topic), 250);
  }

  /** Loads a topic at most twice in a second. */
  soon(topic) {
    this.timers[topic] ??= setTimeout(() => {
      delete this.timers[topic];
      this.load(topic);
    }, 500);
  }

  /** Loads the topics whose revision has changed. */
  compare(revisions) {
    for (const [topic, revision] of Object.entries(revisions)) {
      if (this.revisions[topic] !== undefined && revision !== this.revisions[topic]) this.load(topic);
    }
    this.revisions = revisions;
  }
}

const EVENTS = {
  hello(sync, { instance, first, limit, clock, revisions }) {
    const { store } = sync;
    if (sync.instance && instance !== sync.instance) {
      sync.instance = instance;
      sync.revisions = {};
      notice(store, 'The mock was restarted.');
      sync.start();
      return;
    }
    sync.instance = instance;
    store.log.limit = limit;
    store.log.removeBefore(first);
    store.clock.set(clock);
    store.changed('clock');
    sync.compare(revisions);
  },
  request(sync, request) {
    sync.next = Math.max(sync.next ?? 0, request.number + 1);
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
    sync.store.log.clear();
    sync.store.set('requests', { forgotten: 0, hadRequests: next > 0 });
    for (const topic of Object.keys(LOADS)) sync.load(topic);
  },
  missed(sync, { count }) {
    notice(sync.store, `The page missed ${count} requests and loads them again.`);
    get(withQuery('requests', { limit: sync.store.log.limit })).then((loaded) => sync.merge(loaded), () => {});
  },
};

function notice(store, text) {
  store.set('connection', { notice: text });
  setTimeout(() => store.set('connection', { notice: null }), 8000);
}

/** The stream of server-sent events: opens it, and opens it again after an interruption. It is closed while the page is hidden. */
class Stream {
  /** `next` returns the number of the next request that the page needs. */
  constructor(options) {
    this.options = options;
    this.failures = 0;
    this.abort = null;
    this.timer = null;
    document.addEventListener('visibilitychange', () => (document.hidden ? this.close() : this.open()));
  }

  open() {
    if (this.abort || document.hidden) return;
    clearInterval(this.timer);
    this.abort = new AbortController();
    this.read(this.abort).then(() => this.ended(null), (error) => this.ended(error));
  }

  close() {
    clearInterval(this.timer);
    const abort = this.abort;
    this.abort = null;
    abort?.abort();
  }

  async read(abort) {
    const response = await fetch(`${BASE}events?after=${this.options.next()}`, { headers: headers(), signal: abort.signal, cache: 'no-store' });
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
    this.options.onState({ isConnected: true });
    const parser = new EventParser(({ event, data }) => {
      if (this.abort !== abort) return;
      this.failures = 0;
      this.options.onEvent(event, JSON.parse(data));
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parser.push(decoder.decode(part.value, { stream: true }));
    }
    if (this.abort !== abort) throw new DOMException('closed', 'AbortError');
  }

  ended(error) {
    if (error?.name === 'AbortError') return;
    this.abort = null;
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
      return this.start();
    }
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    return undefined;
  }
}

const WAITS = [1, 2, 4, 8, 10];

/** Returns the seconds to wait before the attempt after `failures` failed ones. */
export function waitSeconds(failures) {
  return WAITS[Math.min(failures, WAITS.length) - 1] ?? 0;
}
