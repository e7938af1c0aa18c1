'use strict';
// Starts mocks of Amazon ECR, and inspects and changes them.

const { Control, MockEcrError } = require('./control.js');
const { Server } = require('./server.js');

/** @param {import('./index').MockEcrOptions} options */
async function startMockEcr(options = {}) {
  return new MockEcr(await Server.start(options));
}

/** A running mock. */
class MockEcr {
  #server;
  #control;

  constructor(server) {
    this.#server = server;
    this.env = server.env;
    this.url = server.env.MOCK_ECR_URL;
    this.pid = server.pid;
    this.#control = new Control(this.url, server);
    this.clock = new Clock(this.#control);
    this.faults = new Faults(this.#control);
    this.requests = new Requests(this.#control, server);
    this.tokens = new Tokens(this.#control);
  }

  awsConfig() {
    const { AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL_ECR, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.env;
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    if (AWS_SESSION_TOKEN) {
      credentials.sessionToken = AWS_SESSION_TOKEN;
    }
    return { credentials, endpoint: AWS_ENDPOINT_URL_ECR, region: AWS_REGION };
  }

  async reset(options = {}) {
    await this.#control.post('reset', options);
  }

  async stop() {
    await this.#server.stop();
  }

  // The first releases of Node.js 18 do not have the symbol.
  async [Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')]() {
    await this.stop();
  }
}

class Clock {
  #control;

  constructor(control) {
    this.#control = control;
  }

  get() {
    return this.#control.get('clock');
  }

  set(to) {
    return this.#control.post('clock/set', { to });
  }

  advance(by) {
    return this.#control.post('clock/advance', { by });
  }

  freeze() {
    return this.#control.post('clock/freeze');
  }

  run() {
    return this.#control.post('clock/run');
  }
}

class Faults {
  #control;

  constructor(control) {
    this.#control = control;
  }

  add(fault) {
    return this.#control.post('faults', fault);
  }

  async list() {
    return (await this.#control.get('faults')).faults;
  }

  async remove(fault) {
    const { faults } = await this.#control.delete('faults', { id: idOf(fault) });
    return faults[0];
  }

  async clear() {
    return (await this.#control.delete('faults')).faults;
  }

  async triggered(fault) {
    const id = idOf(fault);
    const found = (await this.list()).find((one) => one.id === id);
    if (found === undefined) {
      throw new Error(`the mock has no fault with the ID ${id}: it was removed, by a reset for example`);
    }
    return found.triggered;
  }
}

/** Without an ID, the control API would remove all faults. */
function idOf(fault) {
  const id = typeof fault === 'number' ? fault : fault?.id;
  if (!Number.isInteger(id)) {
    throw new TypeError('invalid fault: expected the result of faults.add, or its id');
  }
  return id;
}

class Requests {
  #control;
  #server;

  constructor(control, server) {
    this.#control = control;
    this.#server = server;
  }

  async list(filters) {
    return (await this.#control.get('requests', filters)).requests;
  }

  async wait(filters) {
    return (await this.#control.get('requests/wait', filters)).requests;
  }

  async clear() {
    return (await this.#control.delete('requests')).cleared;
  }

  table() {
    return this.#server.output('request');
  }
}

class Tokens {
  #control;

  constructor(control) {
    this.#control = control;
  }

  issue(options) {
    return this.#control.post('tokens', options);
  }

  async list() {
    return (await this.#control.get('tokens')).tokens;
  }

  inspect(token) {
    return this.#control.post('tokens/inspect', { token });
  }

  revoke(tokens) {
    return this.#control.post('tokens/revoke', tokens);
  }
}

module.exports = { MockEcrError, startMockEcr };
