// The connection of the console to the mock: loads, events, interruptions, and what happens if they fail.
import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

globalThis.location = new URL('http://key@127.0.0.1:4566/_mock/ui/#%5F');
globalThis.document = { hidden: false, addEventListener() {}, dispatchEvent() {} };
globalThis.reportError = (error) => reported.push(error.message);
const { BASE } = await import('../../crates/mock-ecr/src/web/console/api.js');
const { Store } = await import('../../crates/mock-ecr/src/web/console/store.js');
const { Sync } = await import('../../crates/mock-ecr/src/web/console/sync.js');

const reported = [];
const request = (number) => ({ number, received: '2015-11-30T00:00:00Z', method: 'GET', target: '/v2/', status: 200 });
const numbers = ({ log }) => log.items.map(({ number }) => number);
const clock = { now: '2015-11-30T00:00:00Z', state: 'frozen' };
const turns = async () => { for (let turn = 0; turn < 50; turn += 1) await null; };

/** A mock whose responses wait until the test gives them. */
class Peer {
  constructor() {
    this.calls = [];
    globalThis.fetch = (url, { signal }) => new Promise((resolve, reject) => {
      const call = { path: url.replace(BASE, ''), resolve, isAborted: false };
      signal?.addEventListener('abort', () => {
        call.isAborted = true;
        reject(new DOMException('aborted', 'AbortError'));
        call.controller?.error(new DOMException('aborted', 'AbortError'));
      });
      this.calls.push(call);
    });
  }

  /** Returns the oldest call of a route that has no response. */
  take(prefix) {
    const index = this.calls.findIndex(({ path }) => path.startsWith(prefix));
    assert.ok(index >= 0, `no call of ${prefix}: ${this.calls.map(({ path }) => path)}`);
    return this.calls.splice(index, 1)[0];
  }

  has(prefix) {
    return this.calls.some(({ path }) => path.startsWith(prefix));
  }

  async respond(prefix, value, status = 200) {
    this.take(prefix).resolve(Response.json(value, { status }));
    await turns();
  }

  /** Accepts the call of the events. */
  async stream() {
    const call = this.take('events');
    call.resolve(new Response(new ReadableStream({ start(controller) { call.controller = controller; } })));
    await turns();
    call.send = async (name, data) => {
      call.controller.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`));
      await turns();
    };
    return call;
  }
}

const hello = (values) => ({ instance: 'a', first: 0, next: 2, limit: 10_000, clock, revisions: { tokens: 0 }, ...values });
const loaded = (list, values) => ({ requests: list.map(request), forgotten: 0, instance: 'a', first: 0, next: list.length, ...values });

/** Starts a page whose requests 0 and 1 are loaded, and whose stream is open. */
async function open() {
  const peer = new Peer();
  const store = new Store();
  const sync = new Sync(store);
  sync.start();
  await turns();
  await peer.respond('requests?limit=200', loaded([0, 1]));
  const stream = await peer.stream();
  return { peer, store, sync, stream };
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  reported.length = 0;
});

test('the control API has the origin of the page, without credentials', () => {
  assert.equal(BASE, 'http://127.0.0.1:4566/_mock/');
});

test('the stream is opened after the requests are loaded, at the next one', async () => {
  const peer = new Peer();
  const sync = new Sync(new Store());
  sync.start();
  sync.stream.open();
  await turns();
  assert.ok(!peer.has('events'));
  await peer.respond('requests?limit=200', loaded([0, 1]));
  assert.equal(peer.take('events').path, 'events?after=2');
});

test('requests that were loaded before the log was cleared do not appear again', async () => {
  const { peer, store, stream } = await open();
  await stream.send('hello', hello());
  await stream.send('reset', { next: 2 });
  await stream.send('request', request(2));
  await peer.respond('requests?limit=10000', loaded([0, 1], { forgotten: 7 }));
  assert.deepEqual(numbers(store), [2]);
  assert.equal(store.forgotten, 0);
});

test('a topic whose load failed is loaded again, and the page reports the failure', async () => {
  const { peer, store, stream } = await open();
  await stream.send('hello', hello());
  await peer.respond('tokens', { error: 'no' }, 500);
  assert.match(store.notice, /^Loading the tokens failed: no/);
  mock.timers.tick(4000);
  await turns();
  await peer.respond('tokens', { tokens: [{ id: 'a' }] });
  assert.deepEqual(store.tokens, [{ id: 'a' }]);
});

test('an error of a view is reported, and ends neither the load nor the stream', async () => {
  const { store, stream } = await open();
  store.listener = () => { throw new Error('of a view'); };
  await stream.send('hello', hello());
  await stream.send('request', request(2));
  await stream.send('request', request(3));
  assert.deepEqual(numbers(store), [0, 1, 2, 3]);
  assert.ok(!stream.isAborted);
  assert.equal(reported[0], 'of a view');
});

test('an event that is not JSON closes the connection', async () => {
  const { peer, stream } = await open();
  await stream.send('request', '{not json');
  assert.ok(stream.isAborted);
  mock.timers.tick(1000);
  await turns();
  assert.ok(peer.has('events'));
});

test('events with names of Object are ignored', async () => {
  const { stream } = await open();
  for (const name of ['constructor', '__proto__', 'toString']) await stream.send(name, {});
  assert.ok(!stream.isAborted);
});

test('a connection without an event or a comment is closed after 40 seconds, and opened again', async () => {
  const { peer, store, stream } = await open();
  await stream.send('hello', hello());
  mock.timers.tick(39_000);
  await stream.send('request', request(2));
  mock.timers.tick(39_000);
  assert.ok(!stream.isAborted);
  mock.timers.tick(1000);
  assert.ok(stream.isAborted);
  await turns();
  assert.match(store.connection.text, /^The mock does not respond/);
  mock.timers.tick(1000);
  assert.equal(peer.take('events').path, 'events?after=3');
});

test('the waits grow if each connection is to another instance', async () => {
  const { peer, stream } = await open();
  await stream.send('hello', hello({ instance: 'b' }));
  for (const [wait, instance] of [[1, 'c'], [2, 'd'], [4, 'e']]) {
    mock.timers.tick(wait * 1000 - 1);
    await turns();
    assert.ok(!peer.has('requests?limit=200'), `${wait} s`);
    mock.timers.tick(1);
    await turns();
    await peer.respond('requests?limit=200', loaded([], { instance }));
    await (await peer.stream()).send('hello', hello({ instance: `${instance} 2` }));
  }
});
