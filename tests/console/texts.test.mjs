// The texts of the console: times, requests, commands and addresses.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mock, test } from 'node:test';

import { address, followAddress, go, parseAddress } from '../../crates/mock-ecr/src/web/console/address.js';
import { callText, clients, curl, exports, pulls, quote, registryHost, repeat } from '../../crates/mock-ecr/src/web/console/commands.js';
import { bytes, decode, isMinor, isRejected, kindName, principal, repository, sentence, title } from '../../crates/mock-ecr/src/web/console/describe.js';
import { formatJson } from '../../crates/mock-ecr/src/web/console/dom.js';
import { duration, MockClock, parseTime, shortTime } from '../../crates/mock-ecr/src/web/console/time.js';

const ORIGIN = 'http://127.0.0.1:4566';

test('durations have at most two units', () => {
  for (const [ms, text] of [[0, '0 ms'], [80, '80 ms'], [12_000, '12 s'], [2_400_000, '40 min'], [10_740_000, '2 h 59 min'], [32_400_000, '9 h'], [90_000_000, '1 d 1 h'], [-60_000, '1 min']]) {
    assert.equal(duration(ms), text);
  }
});

test('a typed time becomes RFC 3339', () => {
  const reference = '2015-11-30T10:11:00Z';
  for (const [text, expected] of [
    ['2030-01-01', '2030-01-01T00:00:00.000Z'],
    ['2030-01-01 12:30', '2030-01-01T12:30:00.000Z'],
    ['9:05', '2015-11-30T09:05:00.000Z'],
    ['2030-01-01T00:00:00+01:00', '2029-12-31T23:00:00.000Z'],
    ['tomorrow', null],
    ['2026-02-30', null],
    ['2026-02-30 12:00', null],
    ['1', null],
    ['-1', null],
  ]) assert.equal(parseTime(text, reference), expected, text);
  assert.equal(shortTime('2015-11-30T13:10:56Z', reference), '13:10:56');
  assert.equal(shortTime('2015-12-01T13:10:56Z', reference), '2015-12-01 13:10:56');
});

test('a running clock continues and a frozen clock does not', () => {
  let real = 0;
  const clock = new MockClock(() => real);
  clock.set({ now: '2015-11-30T00:00:00Z', state: 'running' });
  real = 5000;
  assert.equal(clock.now(), Date.parse('2015-11-30T00:00:05Z'));
  clock.set({ now: '2015-11-30T00:00:00Z', state: 'frozen' });
  real = 9000;
  assert.equal(clock.now(), Date.parse('2015-11-30T00:00:00Z'));
});

test('requests have titles and sentences', () => {
  const manifest = { method: 'GET', target: '/v2/team/app/manifests/1.0', route: 'manifest', status: 200 };
  assert.equal(title(manifest), 'GET team/app:1.0');
  assert.equal(sentence(manifest), 'Returned the manifest.');
  assert.equal(title({ method: 'GET', target: `/v2/a/manifests/sha256:${'0'.repeat(64)}` }), 'GET a@sha256:000000000000');
  assert.equal(title({ method: 'GET', target: '/v2/a/manifests/%E0%A4%A' }), 'GET a:%E0%A4%A');
  assert.equal(repository({ operation: 'ListImages', target: '/', input: '{"repositoryName":"team/app"}' }), 'team/app');
  assert.equal(principal('arn:aws:iam::123456789012:root'), 'root of 123456789012');
  assert.equal(bytes(0), '0 B');
  assert.equal(bytes(12_345_678), '12.3 MB');
  assert.equal(isRejected({ status: 401, explanation: { kind: 'no_credentials', level: 'info' } }), false);
});

test('each kind of explanation has a name of at least two words', () => {
  const source = readFileSync(new URL('../../crates/mock-ecr/src/request_log/explanation/kind.rs', import.meta.url), 'utf8');
  const kinds = [...source.matchAll(/^    \w+ "(\w+)" (?:Info|Warning|Error) /gm)].map(([, kind]) => kind);
  assert.ok(kinds.length > 40, `${kinds.length} kinds`);
  for (const kind of kinds) assert.match(kindName(kind), /^\S+ \S/, kind);
  const minor = kinds.filter((kind) => isMinor({ explanation: { kind } }));
  assert.deepEqual(minor, ['not_implemented', 'unknown_operation', 'invalid', 'missing', 'exists', 'immutable', 'limit', 'unknown_path']);
});

test('commands quote foreign texts and contain no key', () => {
  assert.equal(quote("it's $HOME"), `'it'\\''s $HOME'`);
  const call = { method: 'POST', path: 'clock/advance', body: { by: '12h' } };
  assert.equal(callText(call), 'POST /_mock/clock/advance {"by":"12h"}');
  assert.equal(curl(call, { base: `${ORIGIN}/_mock/`, hasKey: false }), `curl --silent --json '{"by":"12h"}' ${ORIGIN}/_mock/clock/advance`);
  assert.equal(curl({ method: 'DELETE', path: 'faults?id=1' }, { base: `${ORIGIN}/_mock/`, hasKey: true }),
    `curl --silent --header "Authorization: Bearer $MOCK_ECR_CONTROL_KEY" --request DELETE '${ORIGIN}/_mock/faults?id=1'`);
  assert.deepEqual(pulls('localhost:4566/a', ["x'; rm"], 'sha256:0').slice(0, 1), [`docker pull 'localhost:4566/a:x'\\''; rm'`]);
});

test('a request is repeated with the AWS CLI or with curl', () => {
  const config = { region: 'us-east-1', principals: [{ arn: 'DEVELOPER' }, { arn: 'CI' }] };
  const commands = (request, token) => repeat({ target: '/', ...request }, { origin: ORIGIN, config, token }).map(({ command }) => command);
  assert.equal(commands({ service: 'ecr', operation: 'DescribeImages', input: '{"repositoryName":"a"}' })[1],
    `aws ecr describe-images --endpoint-url ${ORIGIN} --cli-input-json '{"repositoryName":"a"}'`);
  const head = { service: 'registry', method: 'HEAD', target: '/v2/a/manifests/1', authorization: true, host: 'localhost:4566' };
  const issue = `mock-ecr token issue --password --url ${ORIGIN}`;
  assert.deepEqual(commands({ ...head, bearer: 'DEVELOPER' }, { region: 'us-east-1' }), [`PASSWORD=$(${issue})`, `curl --silent --path-as-is --globoff --head --user "AWS:$PASSWORD" ${ORIGIN}/v2/a/manifests/1`]);
  assert.equal(commands({ ...head, bearer: 'CI' }, { region: 'eu-west-1' })[0], `PASSWORD=$(${issue} --principal CI --region eu-west-1)`);
  const put = repeat({ service: 'registry', method: 'PUT', target: '/v2/', host: '123456789012.dkr.ecr.us-east-1.amazonaws.com' }, { origin: ORIGIN, config });
  assert.match(put[0].command, /--request PUT --header 'Host: 123456789012/);
  assert.match(put[0].text, /body of the request is not recorded/);
  assert.deepEqual(commands({ service: 'registry', method: 'GET', target: '/_layer/1/us-east-1/a/sha256:0?X-Amz-Signature=REDACTED' }), [undefined]);
});

test('a repeated request is the same route, and executes no part of the request', () => {
  const command = (request) => repeat({ service: 'registry', method: 'GET', target: '/', ...request }, { origin: ORIGIN })[0].command;
  assert.match(command({ method: 'X`id`$(id)|&!*\'' }), /--request 'X`id`\$\(id\)\|&!\*'\\'''/);
  assert.match(command({ target: '/v2/../a/[1-9]{x}' }), /--path-as-is --globoff --include 'http:\/\/127.0.0.1:4566\/v2\/\.\.\/a\/\[1-9\]\{x\}'$/);
  for (const target of ['*', 'example.com:443', '.example.com/']) assert.equal(command({ method: 'OPTIONS', target }), undefined, target);
  for (const input of ['{"a":"', 'file:///etc/passwd']) assert.equal(command({ service: 'ecr', operation: 'ListImages', input }), undefined, input);
  assert.equal(registryHost(new URL("http://a'$b")), `'a'\\''$b'`);
});

test('JSON is formatted if nothing is lost', () => {
  assert.equal(formatJson('{ "a b": [1, "c\\"  d"] }'), '{\n  "a b": [\n    1,\n    "c\\"  d"\n  ]\n}');
  for (const text of ['{"size": 12345678901234567890}', '{"size": 1.0}', '{"a":1, "a":2}', '{"a": "\\u0041"}', '{"b":1, "1":2}', '{"a"']) assert.equal(formatJson(text), text);
});

test('a part of an address is decoded if it is valid', () => {
  assert.deepEqual(['a%20b', '100%', '%E0%A4%A'].map(decode), ['a b', '100%', '%E0%A4%A']);
});

test('the commands for clients contain the address of the mock', () => {
  assert.equal(registryHost(new URL(ORIGIN)), 'localhost:4566');
  assert.equal(registryHost(new URL('https://mock.example')), 'mock.example');
  const options = { origin: 'http://127.0.0.1:5000', registry: 'localhost:5000', isSecure: false, hasKey: true, environment: { AWS_PROFILE: null, AWS_REGION: 'us-east-1' } };
  const all = clients(options);
  assert.deepEqual(all.map(({ id }) => id), ['docker', 'podman', 'aws', 'boto3', 'rust', 'node', 'curl', 'environment']);
  assert.match(all[0].steps[1].command, /--url http:\/\/127\.0\.0\.1:5000 \| docker login .* http:\/\/localhost:5000$/);
  const [docker] = clients({ ...options, origin: ORIGIN, hasKey: false });
  assert.match(docker.steps[0].command, /^mock-ecr token issue --password --url http:\/\/127\.0\.0\.1:4566 \|/);
  assert.equal(exports(options.environment), 'unset AWS_PROFILE\nexport AWS_REGION=us-east-1');
});

test('the address keeps the state', () => {
  const hash = address('requests', { q: 'status:403 -route:blob', open: 412, none: null });
  assert.equal(hash, '#requests?q=status:403+-route:blob&open=412');
  const { view, params } = parseAddress(hash);
  assert.deepEqual([view, params.get('q'), params.get('open')], ['requests', 'status:403 -route:blob', '412']);
  assert.equal(parseAddress('').view, 'requests');
});

test('the page keeps its address, and writes that of the browser at most twice in a second', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const window = globalThis.window = new EventTarget();
  globalThis.location = { hash: '#tokens' };
  const written = [];
  const write = (kind) => (state, title, hash) => written.push(`${kind} ${hash}`);
  globalThis.history = { pushState: write('push'), replaceState: write('replace') };
  const seen = [];
  followAddress((hash) => seen.push(hash));
  for (const hash of ['#a', '#b', '#b']) go(hash, { replace: true });
  assert.deepEqual([seen, written], [['#tokens', '#a', '#b'], ['replace #a']]);
  mock.timers.tick(500);
  assert.deepEqual(written, ['replace #a', 'replace #b']);
  go('#c', { replace: true });
  go('#d');
  assert.deepEqual(written.slice(2), ['replace #c', 'push #d']);
  go('#e', { replace: true });
  window.dispatchEvent(new Event('hashchange'));
  mock.timers.tick(500);
  assert.deepEqual([seen.at(-1), written.length], ['#tokens', 4]);
});
