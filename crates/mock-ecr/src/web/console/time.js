// Times and durations as texts. All times are those of the mock's clock, in UTC.

const UNITS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** Returns a duration as the two largest units, such as `2 h 59 min`. The sign is ignored. */
export function duration(ms) {
  const value = Math.abs(Math.round(ms));
  const index = UNITS.findIndex(([size]) => value >= size);
  if (index < 0) return `${value} ms`;
  const [size, name] = UNITS[index];
  const count = Math.floor(value / size);
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((value - count * size) / next[0]) : 0;
  return rest ? `${count} ${name} ${rest} ${next[1]}` : `${count} ${name}`;
}

/** Returns the time of day of a timestamp, such as `10:11:00`. */
export function timeOfDay(timestamp) {
  return iso(timestamp).slice(11, 19);
}

/** Returns date and time, such as `2015-11-30 10:11:00`. */
export function dateTime(timestamp) {
  return iso(timestamp).slice(0, 19).replace('T', ' ');
}

/** Returns the time, with the date if it is another day than that of `reference`. */
export function shortTime(timestamp, reference) {
  return iso(timestamp).slice(0, 10) === iso(reference).slice(0, 10) ? timeOfDay(timestamp) : dateTime(timestamp);
}

/** Returns the milliseconds since 1970 of a timestamp in RFC 3339. */
export function millis(timestamp) {
  return typeof timestamp === 'number' ? timestamp : Date.parse(timestamp);
}

/** Returns by how much the clock jumped between two requests, or 0 if it ran. */
export function jumpOf(previous, request) {
  const ms = previous ? millis(request.received) - millis(previous.received) : 0;
  return ms >= 60_000 || ms < -1000 ? ms : 0;
}

/** Returns a time typed by a person as RFC 3339, or null: `2030-01-01`, `2030-01-01 12:00`, `12:00` (on the day of `reference`). */
export function parseTime(text, reference) {
  let value = text.trim().replace(' ', 'T');
  if (/^\d{1,2}:\d{2}(:\d{2})?$/.test(value)) value = `${iso(reference).slice(0, 10)}T${value.padStart(value.length > 5 ? 8 : 5, '0')}`;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) value += 'T00:00:00';
  if (!/(Z|[+-]\d{2}:\d{2})$/i.test(value)) value += 'Z';
  const ms = Date.parse(value);
  // Date.parse accepts 02-30 as 03-02.
  const day = value.slice(0, 10);
  return Number.isNaN(ms) || iso(`${day}T00:00:00Z`).slice(0, 10) !== day ? null : new Date(ms).toISOString();
}

/** A clock that continues from the last state that the mock sent. `real` returns a monotonic time in milliseconds. */
export class MockClock {
  constructor(real = () => performance.now()) {
    this.real = real;
    this.set({ now: new Date(0).toISOString(), state: 'frozen' });
    this.known = false;
  }

  set({ now, state }) {
    this.base = millis(now);
    this.state = state;
    this.since = this.real();
    this.known = true;
  }

  /** Returns the current time of the mock, in milliseconds since 1970. */
  now() {
    return this.state === 'running' ? this.base + (this.real() - this.since) : this.base;
  }
}

function iso(timestamp) {
  const ms = millis(timestamp);
  return Number.isFinite(ms) ? new Date(ms).toISOString() : String(timestamp);
}
