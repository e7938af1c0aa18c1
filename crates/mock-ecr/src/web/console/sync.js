// Keeps the store up to date: loads the state when the page opens or the mock was restarted, and applies the events of the stream.

import { get, withQuery } from './api.js';
import { Stream } from './stream.js';

/** The number of requests that are loaded before the whole log, so that the first rows appear at once. */
const FIRST_ROWS = 200;

/** The routes that are loaded again when their revision changes. A route that responds with 404 is not part of this build. */
const LOADS = {
  tokens: ({ tokenLimit }) => get(withQuery('tokens', { limit: tokenLimit })),
  faults: async () => ({ faults: (await get('faults')).faults }),
  repositories: async () => ({ repositories: (await get('repositories')).repositories }),
  config: async () => ({ config: await get('config') }),
};

/** The name of the revision of each route. */
const REVISIONS = { tokens: 'tokens', faults: 'faults', repositories: 'repositories', config: 'configuration' };

export class Sync {
  constructor(store) {
    this.store = store;
    store.missing = new Set();
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
    this.next = loaded.next ?? (this.store.log.last?.number ?? -1) + 1;
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
    try {
      const values = await LOADS[topic](this.store);
      this.store.set(topic, values);
    } catch (error) {
      if (error.status === 404) {
        this.store.missing.add(topic);
        this.store.changed('missing');
      }
    }
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
  compare(revisions = {}) {
    for (const [topic, name] of Object.entries(REVISIONS)) {
      if (revisions[name] === undefined || revisions[name] === this.revisions[name]) continue;
      if (this.revisions[name] !== undefined) this.load(topic);
      this.revisions[name] = revisions[name];
    }
  }
}

const EVENTS = {
  hello(sync, { instance, first, limit, clock, version, revisions }) {
    const { store } = sync;
    if (sync.instance && instance !== sync.instance) {
      sync.instance = instance;
      sync.revisions = {};
      notice(store, 'The mock was restarted.');
      sync.start();
      return;
    }
    sync.instance = instance;
    store.log.limit = limit ?? store.log.limit;
    store.log.removeBefore(first ?? 0);
    store.clock.set(clock);
    store.set('clock', { version });
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
    sync.store.changed('requests');
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
