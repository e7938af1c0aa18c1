// The state of the console: the stream, the request log, the rows of the list, the timeline and the form for faults.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ACTIONS, faultJson, fieldsOf, RECIPES } from '../../crates/mock-ecr/src/web/console/faultform.js';
import { jumpText, Rows } from '../../crates/mock-ecr/src/web/console/list.js';
import { RequestLog, tokenState } from '../../crates/mock-ecr/src/web/console/store.js';
import { labelRows, layOut, summary } from '../../crates/mock-ecr/src/web/console/timeline.js';

globalThis.location = new URL('http://127.0.0.1:4566/_mock/ui/');
const { EventParser, waitSeconds } = await import('../../crates/mock-ecr/src/web/console/sync.js');
const { tokenIn } = await import('../../crates/mock-ecr/src/web/console/views/tokens.js');
const { issuedByControl } = await import('../../crates/mock-ecr/src/web/console/views/detail.js');
const { scanText } = await import('../../crates/mock-ecr/src/web/console/views/repositories.js');
const { FUTURE, remaining } = await import('../../crates/mock-ecr/src/web/console/views/bar.js');

const START = Date.parse('2015-11-30T01:11:00Z');
const at = (hours) => new Date(START + hours * 3_600_000).toISOString();
const request = (number, values = {}) => ({ number, received: at(0), method: 'GET', target: '/v2/', status: 200, faults: [], ...values });
const numbers = (items) => items.map(({ number }) => number);

test('events are parsed from parts of any size', () => {
  const stream = ': heartbeat\n\nevent: request\nid: 7\ndata: {"a":\r\ndata: 1}\n\ndata:x\n\nevent: empty\n\n';
  for (const size of [1, 5, stream.length]) {
    const events = [];
    const parser = new EventParser((event) => events.push(event));
    for (let index = 0; index < stream.length; index += size) parser.push(stream.slice(index, index + size));
    assert.deepEqual(events, [{ event: 'request', data: '{"a":\n1}' }, { event: 'message', data: 'x' }]);
  }
});

test('the waits between attempts grow to ten seconds', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 99].map(waitSeconds), [1, 2, 4, 8, 10, 10, 10]);
});

test('the log merges requests in any order without duplicates', () => {
  const log = new RequestLog();
  log.add([request(5), request(6)]);
  log.add([request(6), request(7)]);
  log.add([request(3), request(5), request(4)]);
  assert.deepEqual(numbers(log.items), [3, 4, 5, 6, 7]);
  assert.equal(log.find(4).number, 4);
  assert.equal(log.find(8), null);
  log.removeBefore(5);
  assert.deepEqual(numbers(log.items), [5, 6, 7]);
});

test('the log keeps at most its limit, and counts the causes of what it contains', () => {
  const log = new RequestLog(1000);
  const explanation = { kind: 'token_expired', level: 'error', text: '' };
  for (let number = 0; number < 1300; number += 1) log.add([request(number, { status: 403, explanation })]);
  assert.ok(log.items.length <= 1200);
  assert.equal(log.kinds.get('token_expired'), log.items.length);
  assert.equal(log.dropped, 1300 - log.items.length);
  assert.equal(log.lastRejection.number, 1299);
});

test('the log has the uses of each token, and another generation after it was cleared', () => {
  const log = new RequestLog(1);
  const { generation } = log;
  for (let number = 0; number < 300; number += 1) log.add([request(number, { token: number % 2 ? 'a' : 'b' })]);
  assert.deepEqual(log.uses.get('a'), log.items.filter(({ token }) => token === 'a'));
  assert.equal(log.generation, generation);
  log.clear();
  assert.notEqual(log.generation, generation);
  assert.equal(log.uses.size, 0);
});

test('a later token of the same principal is found', () => {
  const log = new RequestLog();
  log.add([request(1, { status: 403, bearer: 'P' }), request(2, { operation: 'GetAuthorizationToken', caller: 'P', token: 'b' })]);
  assert.equal(log.issuedSince('P', 1).token, 'b');
  assert.equal(log.issuedSince('P', 2), null);
  assert.equal(log.issuedSince('Q', 1), null);
});

test('a resource that does not exist does not replace a rejection of a token', () => {
  const log = new RequestLog();
  const rejected = (number, kind) => request(number, { status: 404, explanation: { kind, level: 'warning' } });
  log.add([rejected(0, 'missing')]);
  assert.equal(log.lastRejection.number, 0);
  log.add([rejected(1, 'token_revoked'), rejected(2, 'missing'), rejected(3, 'invalid')]);
  assert.equal(log.lastRejection.number, 1);
  log.add([rejected(4, 'throttled')]);
  assert.equal(log.lastRejection.number, 4);
});

test('the retry of a rejected request is that of the same client for the same', () => {
  const log = new RequestLog();
  const pull = (number, values) => request(number, { target: '/v2/app/manifests/1', user_agent: `docker/29 attempt/${number}`, bearer: 'P', ...values });
  log.add([pull(0), pull(1, { status: 403 }), pull(2, { bearer: 'Q' }), pull(3, { user_agent: 'podman' }), pull(4, { target: '/v2/' }), pull(5, { status: 403 })]);
  assert.equal(log.retryOf(log.find(1)), null);
  log.add([pull(6), pull(7)]);
  assert.equal(log.retryOf(log.find(1)).number, 6);
  const login = request(8, { status: 400 });
  log.add([login, request(9, { bearer: 'P', token: 'a' })]);
  assert.equal(log.retryOf(login).number, 9);
});

test('rows are added incrementally, with a row for a jump of the clock', () => {
  const log = new RequestLog();
  const rows = new Rows();
  rows.reset((r) => r.status === 200);
  log.add([request(0), request(1, { status: 403 })]);
  rows.update(log);
  assert.equal(rows.items.length, 1);
  const [first] = rows.items;
  log.add([request(2, { received: at(9) })]);
  rows.update(log);
  assert.equal(rows.items.length, 3);
  assert.equal(rows.items[0], first);
  assert.equal(rows.matched, 2);
  assert.equal(jumpText(rows.items[1]), 'Clock + 9 h: 01:11:00 → 10:11:00');
  assert.equal(jumpText({ jump: 86_400_000, from: at(0), to: at(24) }), 'Clock + 1 d: 2015-11-30 01:11:00 → 2015-12-01 01:11:00');
  assert.equal(rows.indexOf(2), 2);
  assert.equal(rows.indexOf(1), -1);
  log.clear();
  rows.update(log);
  assert.equal(rows.items.length, 0);
});

test('the timeline has a lane for each token, gaps, and the end of each token', () => {
  const token = { id: 'a', principal: 'P', issued: at(0), expires: at(12), revoked: null, first_rejection: null };
  const requests = [
    request(0, { operation: 'GetAuthorizationToken', token: 'a' }), request(1, { token: 'a' }),
    request(2, { received: at(13), token: 'a', status: 403, explanation: { kind: 'token_expired', level: 'error' } }),
    request(3, { received: at(13), status: 403 }),
  ];
  const layout = layOut(requests, [token], { columns: 50, lanes: 5, now: Date.parse(at(13)) });
  assert.deepEqual(layout.lanes.map(({ id }) => id), [null, 'a']);
  assert.deepEqual(layout.lanes[1].marks.map(({ kind, at: x }) => [kind, x]), [['issued', 0], ['used', 1], ['rejected', 4]]);
  assert.equal(layout.columns[2].gap, '+13 h');
  assert.deepEqual(layout.lanes[1].spans, [{ from: 0, to: 3, state: 'valid' }, { from: 3, to: 6, state: 'invalid' }]);
  assert.match(summary(layout), /4 requests and 1 token: 1 issued, 1 use, 2 rejected/);
});

test('a token remains valid after a rejection for another reason', () => {
  const token = { id: 'a', principal: 'P', issued: at(0), expires: at(12), revoked: null, first_rejection: null };
  const lanes = (error) => layOut([request(0, { token: 'a' }), request(1, { token: 'a', status: 403, token_error: error }), request(2)], [token], { columns: 50, lanes: 5, now: START }).lanes;
  assert.deepEqual(lanes(null)[0].spans, [{ from: 0, to: 3, state: 'valid' }]);
  assert.deepEqual(lanes('revoked')[0].spans, [{ from: 0, to: 1, state: 'valid' }, { from: 1, to: 3, state: 'invalid' }]);
});

test('a lane is valid until its token is rejected, although a frozen clock gives all requests the time of the revocation', () => {
  const token = { id: 'a', principal: 'P', issued: at(0), expires: at(12), revoked: { at: at(0) }, first_rejection: { at: at(0) } };
  const requests = [request(0, { operation: 'GetAuthorizationToken', token: 'a' }), request(1, { token: 'a' }), request(2), request(3, { token: 'a', status: 403, token_error: 'revoked' })];
  const spans = (shown) => layOut(shown, [token], { columns: 50, lanes: 5, now: START }).lanes[0].spans;
  assert.deepEqual(spans(requests), [{ from: 0, to: 3, state: 'valid' }, { from: 3, to: 4, state: 'invalid' }]);
  assert.deepEqual(spans(requests.slice(0, 2)), [{ from: 0, to: 1.5, state: 'valid' }, { from: 1.5, to: 2, state: 'invalid' }]);
});

test('a token is valid after it was presented in another Region', () => {
  const token = { id: 'a', principal: 'P', issued: at(0), expires: at(12), revoked: null, first_rejection: { at: at(0), kind: 'token_region' } };
  const rejected = { token_error: 'another Region', status: 400, explanation: { kind: 'token_region', level: 'error' } };
  const requests = [request(0, { token: 'a', ...rejected }), request(1), request(2, { received: at(1) })];
  const [lane] = layOut(requests, [token], { columns: 50, lanes: 5, now: Date.parse(at(1)) }).lanes;
  assert.deepEqual(lane.spans.map(({ state }) => state), ['valid']);
  assert.equal(lane.marks[0].kind, 'rejected');
});

test('a token is drawn at the time of each request, also after the clock was set back', () => {
  const token = { id: 'a', principal: 'P', issued: at(0), expires: at(12), revoked: null, first_rejection: { at: at(13) } };
  const expired = { status: 403, token_error: 'expired', explanation: { kind: 'token_expired', level: 'error' } };
  const requests = [
    request(0, { operation: 'GetAuthorizationToken', token: 'a' }), request(1, { received: at(13), token: 'a', ...expired }),
    request(2, { received: at(1), token: 'a' }), request(3, { received: at(1), token: 'a' }),
  ];
  const [lane] = layOut(requests, [token], { columns: 50, lanes: 5, now: Date.parse(at(1)) }).lanes;
  assert.deepEqual(lane.spans.map(({ from, to, state }) => [from, to, state]), [[0, 2, 'valid'], [2, 5, 'invalid'], [5, 8, 'valid']]);
  assert.deepEqual(lane.marks.map(({ at: x, kind }) => [x, kind]), [[0, 'issued'], [3, 'rejected'], [6, 'used'], [7, 'used']]);
});

test('the lane of a token of the control API begins when it was issued', () => {
  const token = { id: 'a', principal: 'P', issued: at(2), expires: at(14), revoked: null, first_rejection: null };
  const requests = [request(0), request(1, { received: at(2) }), request(2, { received: at(2), token: 'a' })];
  const [lane] = layOut(requests, [token], { columns: 50, lanes: 5, now: Date.parse(at(2)) }).lanes;
  assert.deepEqual(lane.spans, [{ from: 3, to: 5, state: 'valid' }]);
});

test('the lanes of the last rejection and of requests without a token are shown, and the others are counted', () => {
  const rejected = { status: 403, explanation: { kind: 'token_expired', level: 'error' } };
  const requests = [request(0, rejected), request(1, { token: 'a', ...rejected }), ...[2, 3, 4, 5].map((number) => request(number, { token: String(number) }))];
  const layout = layOut(requests, [], { columns: 50, lanes: 3, now: START });
  assert.deepEqual(layout.lanes.map(({ id }) => id), [null, 'a', '5']);
  assert.equal(layout.hidden, 3);
});

test('an error with a valid token has another mark than a rejection', () => {
  const requests = [request(0, { token: 'a', status: 404, explanation: { kind: 'missing', level: 'warning' } }), request(1, { token: 'a', status: 405, explanation: { kind: 'rule_of_ecr', level: 'error' } })];
  const [lane] = layOut(requests, [], { columns: 50, lanes: 3, now: START }).lanes;
  assert.deepEqual(lane.marks.map(({ kind }) => kind), ['failed', 'failed']);
});

test('rejected requests without a token have lanes of their own', () => {
  const rejected = (number, values) => request(number, { status: 400, error: 'DENIED', ...values });
  const requests = [request(0, { token: 'a' }), rejected(1, { service: 'registry', authorization: true }), rejected(2, { service: 'ecr', authorization: true })];
  const { lanes } = layOut(requests, [], { columns: 50, lanes: 5, now: START });
  assert.deepEqual(lanes.map(({ id, name, marks }) => [id, name, marks[0].number]), [[null, 'invalid login', 1], [null, 'no token', 2], ['a', null, 0]]);
});

test('labels of the clock do not overlap', () => {
  assert.deepEqual(labelRows([0, 30, 60, 90, 160]), [0, 1, 2, 0, 1]);
});

test('a login is found in the configuration of docker', () => {
  const config = (...names) => JSON.stringify({ auths: { empty: {}, ...Object.fromEntries(names.map((name) => [name, { auth: `of ${name}` }])) } });
  const ecr = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
  for (const [text, registry] of [
    [config('ghcr.io', 'localhost:4566'), 'localhost:4566'],
    [config('ghcr.io', 'localhost:4567', ecr), ecr],
    [config('ghcr.io', 'http://127.0.0.1:4566/v2/'), 'http://127.0.0.1:4566/v2/'],
    [config('ghcr.io', 'quay.io'), 'ghcr.io'],
  ]) assert.deepEqual(tokenIn(text, '127.0.0.1:4566'), { token: `of ${registry}`, registry });
  for (const text of ['{"auths": {}}', '{}', '{"credsStore": "desktop", "auths": {"localhost:4566": {}}}']) {
    assert.throws(() => tokenIn(text, '127.0.0.1:4566'), { message: 'The file contains no password.' });
  }
});

test('a token is found in a line of a file, in quotation marks and in a header', () => {
  for (const text of ['QVdTOng=', ' "QVdTOng=" ', '"auth": "QVdTOng=",', 'Basic QVdTOng=', 'Authorization: Basic QVdTOng=', 'AWS:QVdTOng=']) {
    assert.deepEqual(tokenIn(text, '127.0.0.1:4566'), { token: 'QVdTOng=' }, text);
  }
});

test('a token that the control API issued after a request is found', () => {
  const rejected = request(1, { bearer: 'P', token: 'a', explanation: { facts: { other_valid_token: 'b' } } });
  const issued = (id, values) => ({ id, principal: 'P', issued: at(0), issued_by_request: null, ...values });
  const others = [issued('a'), issued('b'), issued('c', { principal: 'Q' }), issued('d', { issued: at(-1) }), issued('e', { issued_by_request: 0 })];
  assert.equal(issuedByControl(rejected, [...others, issued('f', { issued: at(1) })], START), undefined);
  assert.equal(issuedByControl(rejected, [...others, issued('f', { issued: at(1) })], Date.parse(at(1))).id, 'f');
});

test('a scan has a text in each state', () => {
  assert.equal(scanText({ status: null, description: null, counts: {} }), 'in progress');
  assert.equal(scanText({ status: 'COMPLETE', description: null, counts: { HIGH: 1 } }), 'complete; 1 high');
  assert.equal(scanText({ status: 'FAILED', description: 'Why.', counts: {} }), 'failed; Why.');
});

test('a token that was issued later than the clock of the mock is marked', () => {
  const token = { issued: at(1), expires: at(13) };
  assert.equal(remaining(token, 'valid', START, 'frozen'), FUTURE);
  assert.equal(remaining(token, 'valid', Date.parse(at(1)), 'running'), '12 h left');
});

test('the timeline shows the newest requests that fit', () => {
  const requests = Array.from({ length: 100 }, (_, number) => request(number, { token: 'a', received: at(number) }));
  const { columns } = layOut(requests, [], { columns: 30, lanes: 5, now: START });
  assert.equal(columns[columns.length - 1].request.number, 99);
  assert.ok(columns[columns.length - 1].at < 30);
  assert.deepEqual(layOut([], [], { columns: 30, lanes: 5, now: START }), { columns: [], lanes: [], hidden: 0 });
});

test('a token has a state at each time', () => {
  const token = { expires: at(12), revoked: null, valid: false, error: `expired since ${at(12)}` };
  assert.equal(tokenState(token, Date.parse(at(11))), 'valid');
  assert.equal(tokenState(token, Date.parse(at(12))), 'expired');
  assert.equal(tokenState({ ...token, revoked: { at: at(1) } }, Date.parse(at(13))), 'revoked');
  assert.equal(tokenState({ ...token, error: 'the credentials have expired' }, Date.parse(at(1))), 'invalid');
});

test('the form makes the JSON of faults', () => {
  for (const [kind, params, match, expected] of [
    ['error', { code: 'ThrottlingException', status: '' }, { operation: 'GetAuthorizationToken', times: '2' }, { match: { operation: 'GetAuthorizationToken', times: 2 }, action: { error: 'ThrottlingException' } }],
    ['error', { code: 'ServerException', status: '503' }, {}, { action: { error: { code: 'ServerException', status: 503 } } }],
    ['throttle', { rate: '0.5', burst: '10' }, {}, { action: { throttle: { rate: 0.5, burst: 10 } } }],
    ['garbled_chunks', {}, {}, { action: 'garbled_chunks' }],
    ['close', { point: 'after_bytes', after_bytes: '10' }, { route: 'blob' }, { match: { route: 'blob' }, action: { close: { after_bytes: 10 } } }],
    ['expires_at', { form: 'in', in: '-5m' }, {}, { action: { expires_at: { in: '-5m' } } }],
    ['close', { point: 'after_bytes', after_bytes: 'x' }, {}, { action: { close: { after_bytes: 'x' } } }],
    ['garbled_chunks', {}, { times: 'Infinity', after: '1e400' }, { match: { times: 'Infinity', after: '1e400' }, action: 'garbled_chunks' }],
    ['body', { body: 'html' }, { times: 'x' }, { match: { times: 'x' }, action: { body: 'html' } }],
  ]) assert.deepEqual(faultJson(kind, params, match), expected);
  for (const { kind } of ACTIONS) assert.ok(Array.isArray(fieldsOf(kind)), kind);
});

test('recipes are calls of the control API', () => {
  assert.ok(RECIPES.length >= 8);
  const kinds = ACTIONS.map(({ kind }) => kind);
  for (const { title, call } of RECIPES) {
    assert.equal(call.method, 'POST', title);
    if (call.path === 'faults') assert.ok(kinds.includes(Object.keys(call.body.action)[0]), title);
  }
});
