// The filter of the console's list of requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { setOwners, who } from '../../crates/mock-ecr/src/web/console/describe.js';
import { hasTerm, parseFilter, toggleTerm } from '../../crates/mock-ecr/src/web/console/filter.js';

const expired = {
  number: 412, method: 'GET', target: '/v2/team/app/manifests/1.0', route: 'manifest', service: 'registry', status: 403, error: 'DENIED', faults: [],
  bearer: 'arn:aws:iam::123456789012:user/ci', token: 'a297d977389e8b11', user_agent: 'docker/29', host: 'localhost:4566',
  explanation: { kind: 'token_expired', level: 'error', text: 'The token expired 40 min before this request.' },
};
const issued = { number: 1, method: 'POST', target: '/', service: 'ecr', operation: 'GetAuthorizationToken', status: 200, faults: [3], caller: 'arn:aws:iam::123456789012:user/ci', user_agent: 'aws-cli', host: 'localhost:4566' };

const matches = (query) => [expired, issued].map(parseFilter(query).test);

test('conditions and words select requests', () => {
  for (const [query, wanted] of [
    ['', [true, true]],
    ['status:403', [true, false]],
    ['status:4xx', [true, false]],
    ['status:<400', [false, true]],
    ['caller:CI', [true, true]],
    ['cause:expired', [true, false]],
    ['cause:"token expired"', [true, false]],
    ['-route:manifest', [false, true]],
    ['fault:3', [false, true]],
    ['is:rejected', [true, false]],
    ['repository:team/app', [true, false]],
    ['token:a297', [true, false]],
    ['TEAM 40', [true, false]],
    ['"expired 40 min"', [true, false]],
    ['status:403 caller:root', [false, false]],
    ['arn:aws', [true, true]],
    ['"app:1.0"', [true, false]],
    ['app:1.0', [true, false]],
    ['constructor:x', [false, false]],
    ['status:403 status:200', [true, true]],
    ['status:403 status:400 route:blob', [false, false]],
    ['-status:403 -status:200', [false, false]],
  ]) assert.deepEqual(matches(query), wanted, query);
});

test('a cause is found by the name that the page shows', () => {
  const unsigned = { ...expired, explanation: { kind: 'unsigned', level: 'error', text: '' } };
  assert.equal(parseFilter('cause:"not signed"').test(unsigned), true);
});

test('an error of a fault that throttles is found as throttled', () => {
  const throttled = { ...expired, error: 'ThrottlingException', explanation: { kind: 'fault_error', level: 'warning', text: '' } };
  assert.equal(parseFilter('cause:throttled').test(throttled), true);
  assert.equal(parseFilter('cause:throttled').test(expired), false);
});

test('a request without a verified caller is found by the principal of its access key', () => {
  const unverified = { ...issued, caller: null, claim: { access_key_id: 'AKIA1' } };
  assert.equal(parseFilter('caller:user/ci').test(unverified), false);
  setOwners([{ arn: 'arn:aws:iam::123456789012:user/ci', access_key_id: 'AKIA1' }]);
  assert.equal(parseFilter('caller:user/ci').test(unverified), true);
  assert.equal(who(unverified), 'user/ci');
});

test('an invalid filter selects everything and has an error', () => {
  for (const [query, error] of [
    ['status:abc', /invalid value "abc" of status/],
    ['status:', /missing value after status:/],
    ['"open', /missing closing quotation mark/],
    ['fault:x', /expected a number/],
    ['is:green', /expected rejected/],
  ]) {
    const filter = parseFilter(query);
    assert.match(filter.error ?? 'none', error);
    assert.equal(filter.test(expired), true);
  }
});

test('a term is added once and removed again', () => {
  const added = toggleTerm('status:403 "a b"', 'cause:token_expired');
  assert.equal(added, 'status:403 "a b" cause:token_expired');
  assert.equal(hasTerm(added, 'cause:token_expired'), true);
  assert.equal(toggleTerm(added, 'cause:token_expired'), 'status:403 "a b"');
});
