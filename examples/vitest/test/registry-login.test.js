import { useMockEcr } from 'mock-ecr/vitest';
import { describe, expect, test } from 'vitest';

import { RegistryLogin } from '../src/registry-login.js';

const mock = useMockEcr({ clock: 'frozen' });

/** Returns the status with which the registry responds to a login. */
async function statusOf({ registry, username, password }) {
  const authorization = `Basic ${btoa(`${username}:${password}`)}`;
  const response = await fetch(`${registry}/v2/`, { headers: { authorization } });
  return response.status;
}

/** Returns the successful calls. After a move of the clock, the SDK sends a call again, because the time of its signature is wrong. */
function calls() {
  return mock.requests.list({ operation: 'GetAuthorizationToken', status: 200 });
}

async function now() {
  return new Date((await mock.clock.get()).now);
}

describe('a login', () => {
  test('is accepted by the registry until it expires', async () => {
    const login = await new RegistryLogin().get();
    expect(await statusOf(login)).toBe(200);
    await mock.clock.advance('12h');
    expect(await statusOf(login)).toBe(403);
  });

  test('is requested once', async () => {
    const login = new RegistryLogin({ now });
    expect(await login.get()).toBe(await login.get());
    expect(await calls()).toHaveLength(1);
  });

  test('is renewed one hour before it expires', async () => {
    const login = new RegistryLogin({ now });
    await login.get();
    await mock.clock.advance('11h');
    expect(await statusOf(await login.get())).toBe(200);
    expect(await calls()).toHaveLength(2);
  });

  test('is requested again if the call is throttled', async () => {
    const fault = await mock.faults.add({
      match: { operation: 'GetAuthorizationToken', times: 1 },
      action: { error: 'ThrottlingException' },
    });
    expect(await statusOf(await new RegistryLogin().get())).toBe(200);
    expect(await mock.faults.triggered(fault)).toBe(1);
  });
});
