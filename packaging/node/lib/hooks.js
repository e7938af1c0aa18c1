'use strict';
// What the helpers for test frameworks share.

const { startMockEcr } = require('./index.js');

/**
 * Starts a mock before the tests of a file, resets it before each test, and stops it after the tests. Sets the environment variables that
 * redirect AWS clients to the mock, and restores their previous values.
 */
function useMock({ beforeAll, beforeEach, afterAll }, options) {
  let mock;
  let restore = () => {};
  beforeAll(async () => {
    mock = await startMockEcr(options);
    restore = setEnvironment(mock.env);
  });
  beforeEach(async () => mock.reset());
  afterAll(async () => {
    restore();
    await mock?.stop();
  });
  return handle(() => mock);
}

/** Returns a handle that can be stored before the mock starts. */
function handle(current) {
  const get = (_, name) => {
    // `await` reads this name from every value.
    if (name === 'then') {
      return undefined;
    }
    const mock = current();
    if (mock === undefined) {
      throw new Error(`the mock has not started: use ${String(name)} in a test or in a hook after beforeAll`);
    }
    const value = mock[name];
    return typeof value === 'function' ? value.bind(mock) : value;
  };
  return new Proxy({}, { get });
}

/** Sets environment variables, and returns a function that restores their values. */
function setEnvironment(variables) {
  const previous = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  assign(variables);
  return () => assign(previous);
}

function assign(variables) {
  for (const [name, value] of Object.entries(variables)) {
    if (value === null || value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
}

/** Prints the request log of a mock after a failed test. */
async function showRequests(mock, test) {
  const title = test === undefined ? '' : ` of the failed test "${test}"`;
  process.stderr.write(`mock-ecr: the request log${title}:\n${await mock.requests.table()}`);
}

module.exports = { showRequests, useMock };
