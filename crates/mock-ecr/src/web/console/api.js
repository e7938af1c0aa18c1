// Calls the control API. The page is served at /_mock/ui/, so the API is one level above it.

import { curl } from './commands.js';

/** The URL of the control API. */
export const BASE = new URL('../', document.baseURI).href;
/** The URL of the mock, without a slash at the end. */
export const ORIGIN = new URL(BASE).origin;

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
  const match = /^#key=([^&]*)/.exec(location.hash);
  if (!match) return;
  setKey(decodeURIComponent(match[1]));
  history.replaceState(null, '', location.pathname + location.search);
}

export function setKey(key) {
  sessionStorage.setItem(KEY, key);
}

export function hasKey() {
  return Boolean(sessionStorage.getItem(KEY));
}

export function headers() {
  const key = sessionStorage.getItem(KEY);
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
