// Commands for a shell: calls of the control API, repeated requests, pulls and pushes.

/** Returns the text in quotation marks for a POSIX shell, if it needs them. */
export function quote(text) {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The variable that contains the control key in commands. The key itself is never part of a command. */
const KEY_HEADER = '--header "Authorization: Bearer $MOCK_ECR_CONTROL_KEY"';

/**
 * Returns the command for a call of the control API.
 * @param {{method: string, path: string, body?: object}} call
 */
export function curl(call, { base, hasKey }) {
  const parts = ['curl', '--silent'];
  if (hasKey) parts.push(KEY_HEADER);
  if (call.body !== undefined) parts.push('--json', quote(JSON.stringify(call.body)));
  else if (call.method !== 'GET') parts.push('--request', call.method);
  parts.push(quote(new URL(call.path, base).href));
  return parts.join(' ');
}

/** Returns a call as one line: `POST /_mock/clock/advance {"by":"1h"}`. Long values, such as tokens, are shortened. */
export function callText({ method, path, body }) {
  const shorten = (_, value) => (typeof value === 'string' && value.length > 100 ? `${value.slice(0, 16)}…` : value);
  return `${method} /_mock/${path}${body === undefined ? '' : ` ${JSON.stringify(body, shorten)}`}`;
}

/** Returns the command that repeats a request of a client. Secrets are variables of the shell. */
export function repeat(request, origin) {
  if (request.operation && ['ecr', 'ecr-public', 'sts'].includes(request.service)) return awsCommand(request, origin);
  const parts = ['curl', '--silent', '--include'];
  if (request.method === 'HEAD') parts[2] = '--head';
  else if (request.method !== 'GET') parts.push('--request', request.method);
  if (request.authorization) parts.push('--user "AWS:$PASSWORD"');
  if (request.host && request.host !== new URL(origin).host && !isLoopback(request.host)) parts.push('--header', quote(`Host: ${request.host}`));
  parts.push(quote(origin + request.target));
  return parts.join(' ');
}

function isLoopback(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function awsCommand({ service, operation, input }, origin) {
  const name = operation.replace(/([a-z\d])([A-Z])/g, '$1-$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2').toLowerCase();
  const parts = ['aws', service, name, '--endpoint-url', quote(origin)];
  if (input && input !== '{}') parts.push('--cli-input-json', quote(input));
  return parts.join(' ');
}

/** Returns the address of the registry for clients: docker accepts plain HTTP at `localhost`. */
export function registryHost({ hostname, port, host, protocol }) {
  if (!['127.0.0.1', '[::1]', 'localhost'].includes(hostname)) return host;
  return `localhost:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** Returns the commands that pull an image by each tag and by its digest. */
export function pulls(uri, tags, digest) {
  return [...tags.map((tag) => `docker pull ${quote(`${uri}:${tag}`)}`), `docker pull ${quote(`${uri}@${digest}`)}`];
}

/** Returns the commands that push a local image to a repository. */
export function pushes(uri, tag = '1.0') {
  return [`docker tag IMAGE ${quote(`${uri}:${tag}`)}`, `docker push ${quote(`${uri}:${tag}`)}`];
}
