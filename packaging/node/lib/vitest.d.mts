import type { MockEcr, MockEcrOptions } from './index.js';

/**
 * Starts a mock before the tests of a file, resets it before each test, and stops it after the tests. Sets the environment variables that redirect
 * AWS clients to the mock, and restores them after the tests. If a test fails, the request log of the mock is printed. Call it outside of tests.
 */
export function useMockEcr(options?: MockEcrOptions): MockEcr;
