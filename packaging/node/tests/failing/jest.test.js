const { ECRClient, GetAuthorizationTokenCommand } = require('@aws-sdk/client-ecr');
const { useMockEcr } = require('mock-ecr/jest');

useMockEcr();
const call = () => new ECRClient().send(new GetAuthorizationTokenCommand({}));

test('passes', async () => {
  await call();
});
test('fails', async () => {
  await call();
  throw new Error('expected');
});
