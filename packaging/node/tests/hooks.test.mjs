// The helper for test frameworks, in the test runner of Node.js.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { useMockEcr } from 'mock-ecr/node-test';

process.env.AWS_REGION = 'eu-north-1';
process.env.AWS_PROFILE = 'production';
delete process.env.MOCK_ECR_URL;
let url;

describe('a suite with a mock', () => {
  const mock = useMockEcr({ clock: 'frozen' });
  assert.throws(() => mock.url, /the mock has not started: use url in a test/);

  test('the environment redirects AWS clients to the mock', async () => {
    url = mock.url;
    assert.equal(process.env.AWS_ENDPOINT_URL_ECR, mock.url);
    assert.equal(process.env.AWS_REGION, 'us-east-1');
    assert.equal(process.env.AWS_PROFILE, undefined);
    await mock.clock.advance('1h');
  });

  test('the mock is reset before each test', async () => {
    assert.equal((await mock.clock.get()).now, '2015-11-29T21:30:53.241Z');
  });
});

test('after the suite, the environment is restored and the mock is stopped', async () => {
  assert.equal(process.env.AWS_REGION, 'eu-north-1');
  assert.equal(process.env.AWS_PROFILE, 'production');
  assert.equal(process.env.MOCK_ECR_URL, undefined);
  await assert.rejects(fetch(`${url}/_mock/health`));
});
