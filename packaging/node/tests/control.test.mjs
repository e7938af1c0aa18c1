// The clock, the faults, the request log and the tokens of a mock, with the AWS SDK.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';

import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { MockEcrError, startMockEcr } from 'mock-ecr';

// The package does not export this class.
const require = createRequire(import.meta.url);
const { Control } = require(path.join(path.dirname(require.resolve('mock-ecr')), 'control.js'));

let mock;
let client;

before(async () => {
  mock = await startMockEcr({ clock: 'frozen' });
  client = new ECRClient(mock.awsConfig());
});
beforeEach(() => mock.reset());
after(() => mock.stop());

async function authorize() {
  const { authorizationData } = await client.send(new GetAuthorizationTokenCommand({}));
  return authorizationData[0].authorizationToken;
}

test('the clock is read and moved', async () => {
  assert.deepEqual(await mock.clock.get(), { now: '2015-11-29T21:30:53.241Z', state: 'frozen' });
  assert.equal((await mock.clock.advance('12h')).now, '2015-11-30T09:30:53.241Z');
  assert.equal((await mock.clock.set(new Date('2030-01-01T00:00:00Z'))).now, '2030-01-01T00:00:00.000Z');
  assert.equal((await mock.clock.run()).state, 'running');
  assert.equal((await mock.clock.freeze()).state, 'frozen');
});

test('a token of the SDK expires', async () => {
  const token = await authorize();
  assert.equal((await mock.tokens.inspect(token)).valid, true);
  await mock.clock.advance('12h');
  assert.equal((await mock.tokens.inspect(token)).valid, false);
});

test('a fault is triggered, and the SDK retries', async () => {
  const fault = await mock.faults.add({
    match: { operation: 'GetAuthorizationToken', times: 1 },
    action: { error: 'ThrottlingException' },
  });
  assert.equal(await mock.faults.triggered(fault), 0);
  await authorize();
  assert.equal(await mock.faults.triggered(fault.id), 1);
  const statuses = (await mock.requests.list({ operation: 'GetAuthorizationToken' })).map((request) => request.status);
  assert.deepEqual(statuses, [400, 200]);
});

test('faults are listed and removed', async () => {
  const action = { error: 'ServerException' };
  const [first, second] = [await mock.faults.add({ action }), await mock.faults.add({ action })];
  assert.deepEqual(await mock.faults.remove(first), first);
  assert.equal(await mock.faults.remove(first), undefined);
  assert.deepEqual(await mock.faults.list(), [second]);
  await assert.rejects(mock.faults.remove({}), /invalid fault/);
  assert.deepEqual(await mock.faults.clear(), [second]);
  await assert.rejects(mock.faults.triggered(second), /no fault with the ID/);
});

test('requests are filtered, awaited and cleared', async () => {
  const waiting = mock.requests.wait({ operation: 'GetAuthorizationToken', status: 200, timeout: '10s' });
  await authorize();
  assert.equal((await waiting).length, 1);
  assert.deepEqual(await mock.requests.list({ status: 400 }), []);
  assert.match(await mock.requests.table(), /GetAuthorizationToken/);
  assert.ok((await mock.requests.clear()) > 0);
  assert.deepEqual(await mock.requests.list(), []);
  await assert.rejects(mock.requests.wait({ timeout: '1ms' }), { code: 'WAIT_TIMEOUT', status: 504 });
});

test('tokens are issued and revoked', async () => {
  const token = await mock.tokens.issue({ region: 'eu-west-1' });
  assert.equal((await mock.tokens.list())[0].id, token.id);
  assert.deepEqual(await mock.tokens.revoke({ id: token.id }), { valid: 0 });
  assert.match((await mock.tokens.inspect(token.password)).error, /revoked/);
});

test('an error of the control API has its code and the invalid field', async () => {
  const error = await mock.faults.add({ action: { error: 'Throtling' } }).catch((cause) => cause);
  assert.ok(error instanceof MockEcrError);
  assert.deepEqual([error.status, error.code, error.at], [400, 'BAD_BODY', 'action.error']);
});

test('a reset restores the initial state', async () => {
  await authorize();
  await mock.clock.advance('1h');
  await mock.reset({ keep: 'images' });
  assert.equal((await mock.clock.get()).now, '2015-11-29T21:30:53.241Z');
  assert.deepEqual(await mock.requests.list(), []);
});

test('a response that is not JSON is an error that shows it', async () => {
  const server = createServer((_, response) => response.writeHead(502).end('<html>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const control = new Control(`http://127.0.0.1:${server.address().port}`, {});
  const expected = 'GET /_mock/clock failed: expected JSON, received status 502 and "<html>"';
  await assert.rejects(control.get('clock'), { message: expected });
  server.close();
});
