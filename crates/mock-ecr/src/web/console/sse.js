// Parses server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

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
