import { ECRClient, GetAuthorizationTokenCommand } from '@aws-sdk/client-ecr';
import { useMockEcr } from 'mock-ecr/vitest';
import { test } from 'vitest';

useMockEcr();
const call = () => new ECRClient().send(new GetAuthorizationTokenCommand({}));

test('passes', async () => {
  await call();
});
test('fails', async () => {
  await call();
  throw new Error('expected');
});
