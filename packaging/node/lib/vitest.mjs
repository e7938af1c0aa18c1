import { afterAll, beforeAll, beforeEach } from 'vitest';

import hooks from './hooks.js';

/** Starts a mock for the tests of a file. See `vitest.d.mts`. */
export function useMockEcr(options) {
  const mock = hooks.useMock({ beforeAll, beforeEach, afterAll }, options);
  beforeEach((context) => {
    context.onTestFailed(() => hooks.showRequests(mock, context.task.name));
  });
  return mock;
}
