'use strict';

const { afterAll, afterEach, beforeAll, beforeEach, expect } = require('@jest/globals');

const { showRequests, useMock } = require('./hooks.js');

/** Starts a mock for the tests of a file. See `jest.d.ts`. */
function useMockEcr(options) {
  const mock = useMock({ beforeAll, beforeEach, afterAll }, options);
  afterEach(async () => {
    if (hasFailed()) {
      await showRequests(mock, expect.getState().currentTestName);
    }
  });
  return mock;
}

/**
 * Returns whether the current test has failed. Jest has no function for this outside of a test environment. Its runner, jest-circus, stores its
 * state in a global variable with this symbol. With another runner, the request log is not shown.
 */
function hasFailed() {
  const symbol = Object.getOwnPropertySymbols(globalThis).find((one) => one.description === 'JEST_STATE_SYMBOL');
  return globalThis[symbol]?.currentlyRunningTest?.errors?.length > 0;
}

module.exports = { useMockEcr };
