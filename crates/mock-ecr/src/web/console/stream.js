// The stream of server-sent events: opens it, and opens it again after an interruption. It is closed while the page is hidden.

import { BASE, ApiError, headers } from './api.js';

export class Stream {
  /**
   * @param {object} options
   * @param {() => number | null} options.next the number of the next request that the page needs
   * @param {(name: string, data: object) => void} options.onEvent
   * @param {(state: {isConnected: boolean, wait?: number, error?: Error}) => void} options.onState
   */
  constructor(options) {
    this.options = options;
    this.failures = 0;
    this.abort = null;
    this.timer = null;
    document.addEventListener('visibilitychange', () => (document.hidden ? this.close() : this.open()));
  }

  open() {
    if (this.abort || document.hidden) return;
    clearInterval(this.timer);
    this.abort = new AbortController();
    this.read(this.abort).then(() => this.ended(null), (error) => this.ended(error));
  }

  close() {
    clearInterval(this.timer);
    const abort = this.abort;
    this.abort = null;
    abort?.abort();
  }

  /** Opens the stream again at the current position. */
  restart() {
    this.close();
    this.open();
  }

  async read(abort) {
    const next = this.options.next();
    const url = `${BASE}events${next === null ? '' : `?after=${next}`}`;
    const response = await fetch(url, { headers: headers(), signal: abort.signal, cache: 'no-store' });
    if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
    this.options.onState({ isConnected: true });
    const parser = new EventParser(({ event, data }) => {
      if (this.abort !== abort) return;
      this.failures = 0;
      this.options.onEvent(event, JSON.parse(data));
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      parser.push(decoder.decode(part.value, { stream: true }));
    }
    if (this.abort !== abort) throw new DOMException('closed', 'AbortError');
  }

  ended(error) {
    if (error?.name === 'AbortError') return;
    this.abort = null;
    if (error?.status === 401) {
      document.dispatchEvent(new Event('key-needed'));
      return;
    }
    this.failures += 1;
    this.countDown(waitSeconds(this.failures), error);
  }

  countDown(wait, error) {
    let left = wait;
    const tick = () => {
      if (left <= 0) {
        clearInterval(this.timer);
        this.open();
        return;
      }
      this.options.onState({ isConnected: false, wait: left, error });
      left -= 1;
    };
    tick();
    this.timer = setInterval(tick, 1000);
  }
}

/** Splits the text of a stream into events. An event may be spread over several parts of the text. */
export class EventParser {
  /** @param {(event: {event: string, data: string, id: string | null}) => void} onEvent */
  constructor(onEvent) {
    this.onEvent = onEvent;
    this.rest = '';
    this.start();
  }

  push(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) this.line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  start() {
    this.name = 'message';
    this.data = [];
    this.id = null;
  }

  line(line) {
    if (line === '') {
      if (this.data.length) this.onEvent({ event: this.name, data: this.data.join('\n'), id: this.id });
      return this.start();
    }
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.name = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.id = value;
    return undefined;
  }
}

const WAITS = [1, 2, 4, 8, 10];

/** Returns the seconds to wait before the attempt after `failures` failed ones. */
export function waitSeconds(failures) {
  return WAITS[Math.min(failures, WAITS.length) - 1] ?? 0;
}
