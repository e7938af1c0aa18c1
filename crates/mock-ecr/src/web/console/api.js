// Calls the control API. The page is served at /_mock/ui/, so the API is one level above it.

import { curl } from './commands.js';
import { decode } from './describe.js';

/** The URL of the mock, without a slash at the end. */
export const ORIGIN = location.origin;
/** The URL of the control API. */
export const BASE = new URL('../', ORIGIN + location.pathname).href;

const KEY = 'mock-ecr-control-key';

/** An error response, or a failed connection (`status` 0). */
export class ApiError extends Error {
  constructor(status, { error, at } = {}) {
    super(error ?? `The mock responded with status ${status}.`);
    this.status = status;
    /** The invalid field of the body. */
    this.at = at ?? null;
  }
}

/** Moves the key from the address (`#key=K`) to the storage of this tab. */
export function takeKeyFromAddress() {
  if (!location.hash.startsWith('#key=')) return;
  setKey(decode(location.hash.slice(5)));
  history.replaceState(null, '', location.pathname + location.search);
}

export function setKey(key) {
  storage('sessionStorage')[KEY] = key;
}

export function hasKey() {
  return Boolean(storage('sessionStorage')[KEY]);
}

const values = {};

/** Returns a storage of the browser. If the browser does not permit it, the values last until the page is closed. */
export function storage(name) {
  try {
    return window[name] ?? values;
  } catch {
    return values;
  }
}

export function headers() {
  const key = storage('sessionStorage')[KEY];
  return key ? { Authorization: `Bearer ${key}` } : {};
}

/** Calls a route and returns the parsed body. */
export async function send({ method, path, body }) {
  const init = { method, headers: headers(), cache: 'no-store' };
  if (body !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(BASE + path, init);
  } catch {
    throw new ApiError(0, { error: 'The mock does not respond.' });
  }
  const value = await response.json().catch(() => ({}));
  if (response.ok) return value;
  const error = new ApiError(response.status, value);
  if (error.status === 401) document.dispatchEvent(new Event('key-needed'));
  throw error;
}

export function get(path) {
  return send({ method: 'GET', path });
}

/** Returns a path with a query. Values that are null are left out. */
export function withQuery(path, query) {
  const present = Object.entries(query).filter(([, value]) => value != null);
  return `${path}?${new URLSearchParams(present)}`;
}

/** Returns the command of a call. */
export function asCurl(call) {
  return curl(call, { base: BASE, hasKey: hasKey() });
}
