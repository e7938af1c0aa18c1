'use strict';
// Calls the control API of a mock.

const http = require('node:http');

/** An error of the control API. `code` does not change between versions. */
class MockEcrError extends Error {
  constructor(status, problem) {
    super(problem.at ? `${problem.error} (at ${problem.at})` : problem.error);
    this.name = 'MockEcrError';
    this.status = status;
    this.code = problem.code;
    this.at = problem.at ?? undefined;
  }
}

class Control {
  #url;
  #server;

  constructor(url, server) {
    this.#url = url;
    this.#server = server;
  }

  get(resource, query) {
    return this.#call('GET', resource, query);
  }

  post(resource, body = {}) {
    return this.#call('POST', resource, undefined, body);
  }

  delete(resource, query) {
    return this.#call('DELETE', resource, query);
  }

  async #call(method, resource, query = {}, body = undefined) {
    const url = new URL(`/_mock/${resource}`, this.#url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) {
        url.searchParams.set(name, text(value));
      }
    }
    const response = await this.#send(method, url, body);
    const output = parsed(response, `${method} ${url.pathname}`);
    if (response.status !== 200) {
      throw new MockEcrError(response.status, output);
    }
    return output;
  }

  async #send(method, url, body) {
    try {
      return await send(method, url, body);
    } catch (cause) {
      const ended = this.#server.ended;
      const reason = ended === undefined ? cause.message : `the mock does not run: ${ended}`;
      throw new Error(`${method} ${url.pathname} failed: ${reason}`, { cause });
    }
  }
}

function text(value) {
  return value instanceof Date ? value.toISOString() : String(value);
}

function parsed(response, request) {
  try {
    return JSON.parse(response.text);
  } catch (cause) {
    const start = JSON.stringify(response.text.slice(0, 200));
    throw new Error(`${request} failed: expected JSON, received status ${response.status} and ${start}`, { cause });
  }
}

/** Sends a request on its own connection, which does not keep the process of the test running. */
function send(method, url, body) {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent: false, headers, method }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part)).on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(parts).toString() }));
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

module.exports = { Control, MockEcrError };
