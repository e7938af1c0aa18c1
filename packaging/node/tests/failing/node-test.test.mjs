import { test } from 'node:test';

import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { useMockEcr } from 'mock-ecr/node-test';

useMockEcr();
const call = () => new ECRClient().send(new GetAuthorizationTokenCommand({}));

test('passes', async () => {
  await call();
});
test('fails', async () => {
  await call();
  throw new Error('expected');
});
