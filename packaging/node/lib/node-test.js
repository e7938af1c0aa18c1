'use strict';

const { after, afterEach, before, beforeEach } = require('node:test');

const { showRequests, useMock } = require('./hooks.js');

/** Starts a mock for the tests of a file or of a suite. See `node-test.d.ts`. */
function useMockEcr(options) {
  const mock = useMock({ beforeAll: before, beforeEach, afterAll: after }, options);
  afterEach(async (context) => {
    // Older releases of Node.js do not have this property. There, the request log is not shown.
    if (context?.passed === false) {
      await showRequests(mock, context.name);
    }
  });
  return mock;
}

module.exports = { useMockEcr };
