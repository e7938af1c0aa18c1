// Short texts about requests, principals, digests and sizes.

/** Returns the part of an ARN that differs between principals, such as `user/ci`. */
export function principal(arn) {
  if (!arn) return '';
  const parts = arn.split(':');
  const name = parts.slice(5).join(':');
  return name === 'root' ? `root of ${parts[4]}` : name || arn;
}

/** Returns a digest or the ID of a token in a short form. */
export function short(id) {
  const text = String(id ?? '');
  return text.startsWith('sha256:') ? text.slice(7, 19) : text.slice(0, 4);
}

/** Returns a number of bytes, such as `3.2 MB`. */
export function bytes(count) {
  if (count == null) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const index = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  return index === 0 ? `${count} B` : `${(count / 1000 ** index).toFixed(1)} ${units[index]}`;
}

/** Returns a count with its noun: `1 use`, `2 uses`. */
export function count(number, noun) {
  const plural = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}

/** Splits the path of a request to the registry. */
function registryPath(target) {
  const match = /^\/v2\/(.+?)\/(manifests|blobs|tags|referrers)\/([^?]*)/.exec(target ?? '');
  return match && { repository: match[1], kind: match[2], reference: decode(match[3]) };
}

/** Returns the name of the repository of a request, or an empty text. */
export function repository(request) {
  const path = registryPath(request.target);
  if (path) return path.repository;
  return /"repositoryName"\s*:\s*"([^"\\]*)"/.exec(request.input ?? '')?.[1] ?? '';
}

/** Returns what a request asks for, such as `GET team/app:1.0` or `GetAuthorizationToken`. */
export function title(request) {
  if (request.operation) {
    const name = repository(request);
    return name ? `${request.operation} ${name}` : request.operation;
  }
  const layer = /^\/_layer\/\d+\/[^/]+\/(.+)\/(sha256:[0-9a-f]+)/.exec(request.target);
  if (layer) return `${request.method} layer URL ${layer[1]} ${trim(layer[2])}`;
  const path = registryPath(request.target);
  if (!path) return `${request.method} ${request.target}`;
  const { repository: name, kind, reference } = path;
  if (kind === 'manifests') return `${request.method} ${name}${reference.includes(':') ? '@' : ':'}${trim(reference)}`;
  if (kind === 'blobs' && reference.startsWith('uploads')) return `${request.method} upload ${name}`;
  if (kind === 'blobs') return `${request.method} layer ${name} ${trim(reference)}`;
  return `${request.method} ${kind} ${name}`;
}

let owners = new Map();

/** Sets the principals of the configuration, whose access keys name the principal of a request without a verified caller. */
export function setOwners(principals) {
  owners = new Map(principals.map((entry) => [entry.access_key_id, entry.arn]));
}

/** Returns the principal that has the claimed access key, if it is in the configuration. */
export function owner(request) {
  return owners.get(request.claim?.access_key_id);
}

/** Returns the principal of a request: the caller, the principal of the token, or that of the claimed access key, or this key. */
export function who(request) {
  const arn = request.caller ?? request.bearer ?? owner(request);
  return arn ? principal(arn) : request.claim?.access_key_id ?? '';
}

/** Returns one sentence about what happened to a request. */
export function sentence(request) {
  if (request.explanation) return request.explanation.text;
  if (request.status >= 400) return request.message ?? request.error ?? '';
  if (request.operation === 'GetAuthorizationToken') return `Issued token ${short(request.token)} to ${who(request)}.`;
  if (request.operation) return '';
  const name = `${request.method} ${request.route}`;
  return SUCCESS[`${name} ${request.status}`] ?? SUCCESS[name] ?? (request.route === 'ping' && request.token ? `Token ${short(request.token)} is valid.` : '');
}

const SUCCESS = {
  'GET manifest': 'Returned the manifest.',
  'HEAD manifest': 'The manifest exists.',
  'PUT manifest': 'Stored the manifest.',
  'DELETE manifest': 'Deleted the manifest.',
  'GET blob': 'Returned the layer.',
  'GET blob 307': 'Redirected to the URL of the layer.',
  'GET layer': 'Returned the layer.',
  'HEAD blob': 'The layer exists.',
  'POST upload': 'Started the upload of a layer.',
  'POST upload 201': 'Stored the layer.',
  'PATCH upload': 'Stored a part of a layer.',
  'PUT upload': 'Completed the upload of a layer.',
  'GET catalog': 'Returned the names of the repositories.',
  'GET tags': 'Returned the tags.',
  'GET referrers': 'Returned the referrers.',
};

/** Returns whether a request was rejected for a reason that is not part of a normal sequence of requests. */
export function isRejected(request) {
  if (request.explanation) return request.explanation.level !== 'info' && request.status >= 400;
  return request.status >= 400 && request.status !== 401;
}

/** Returns whether a rejection does not replace another one as the last rejection. */
export function isMinor({ explanation }) {
  return ['missing', 'exists', 'immutable', 'limit', 'invalid', 'unknown_path', 'unknown_operation', 'not_implemented'].includes(explanation?.kind);
}

/** Returns whether a token, credentials or a signature were rejected, or access was denied. */
export function isAccess(request) {
  return isRejected(request) && !isMinor(request) && !['rule_of_ecr', 'upstream', 'other_host', 'invalid_host', 'tunnel', 'too_large', 'cut_off', 'other'].includes(request.explanation?.kind);
}

/** Returns the role of the colour of a request: `ok`, `dim`, `warn`, `bad` or `fault`. */
export function tone(request) {
  if (request.faults?.length) return 'fault';
  if (request.explanation?.level === 'error') return 'bad';
  if (request.explanation?.level === 'warning') return 'warn';
  if (request.explanation || request.status === 401) return 'dim';
  return request.status >= 400 ? 'bad' : 'ok';
}

/** Returns the name of a kind of explanation: `token_expired` is `token expired`. */
export function kindName(kind) {
  return KINDS[kind] ?? kind.replaceAll('_', ' ');
}

const KINDS = {
  fault_error: 'error by a fault',
  fault_expired: 'expired by a fault',
  fault_delivery: 'delivery changed by a fault',
  fault_response: 'response changed by a fault',
  token_region: 'token of another Region',
  token_credentials: 'credentials behind a token expired',
  principal_unknown: 'unknown principal',
  wrong_user: 'user is not AWS',
  not_basic: 'scheme is not Basic',
  denied: 'not permitted by a policy',
  throttled: 'throttled by a fault',
  unsigned: 'not signed',
  incomplete: 'incomplete signature',
  clock_skew: 'time of signature differs',
  scope: 'signed for another service or Region',
  signature: 'signature does not match',
  key_unknown: 'unknown access key',
  session_token: 'wrong session token',
  invalid: 'invalid request',
  missing: 'resource does not exist',
  exists: 'resource exists already',
  immutable: 'immutable tag',
  limit: 'limit exceeded',
  rule_of_ecr: 'rule of ECR',
  upstream: 'error of an upstream registry',
  tunnel: 'tunnel not opened',
  cut_off: 'incomplete body',
  control: 'error of the control API',
  other: 'another error',
};

function trim(reference) {
  return reference.startsWith('sha256:') ? `sha256:${short(reference)}` : reference;
}

/** Decodes a part of a URL, or returns it as it is if it is not valid. */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
