// Uses the declarations. TypeScript checks this file and does not run it.

import { ECRClient } from '@aws-sdk/client-ecr';
import { MockEcrError, startMockEcr, type Fault, type MockEcr, type ReceivedRequest } from 'mock-ecr';
import { useMockEcr as useWithJest } from 'mock-ecr/jest';
import { useMockEcr as useWithNode } from 'mock-ecr/node-test';

export async function useAll(): Promise<void> {
  const mock: MockEcr = await startMockEcr({ auth: 'lenient', clock: 'frozen', tokenTtl: '1h' });
  new ECRClient(mock.awsConfig());
  const fault: Fault = { match: { operation: 'GetAuthorizationToken', times: 1 }, action: { error: { code: 'ThrottlingException', status: 429 } } };
  const added = await mock.faults.add(fault);
  const triggered: number = await mock.faults.triggered(added.id);
  const requests: ReceivedRequest[] = await mock.requests.wait({ count: triggered, service: 'ecr', timeout: '1s' });
  const state: 'frozen' | 'running' = (await mock.clock.set(new Date())).state;
  await mock.tokens.revoke({ principal: (await mock.tokens.issue()).principal });
  await mock.reset({ keep: 'images' });
  console.log(requests[0]?.status, state, mock.env.MOCK_ECR_URL, new Error() instanceof MockEcrError);
  // @ts-expect-error: an unknown action
  await mock.faults.add({ action: { eror: 'ServerException' } });
  // @ts-expect-error: an unknown option
  await startMockEcr({ regoin: 'eu-west-1' });
  await mock[Symbol.asyncDispose]();
}

export const helpers: MockEcr[] = [useWithJest({ clock: 'frozen' }), useWithNode()];
