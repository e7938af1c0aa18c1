// The fields of the form for a fault, and the JSON that they stand for. Below them, the recipes.

const CUT = 'cut';
const ANY_TEXT = '* matches any text';

/**
 * The actions: the name in JSON, the text in the form, and the fields of the value.
 * A field is `{name, label, hint, type, value, options}`; the type `number` becomes a number, and an empty field is left out.
 */
export const ACTIONS = [
  action('error', 'Respond with an error', [field('code', 'Error code', 'such as ServerException', 'text', 'ThrottlingException'), field('status', 'Status', 'default: that of the error', 'number'), field('message', 'Message', 'default: that of the error'), retryAfter()],
    (values) => (Object.keys(values).length === 1 ? values.code : values)),
  action('throttle', 'Limit the rate', [field('rate', 'Rate', 'requests per second, such as 0.5', 'number', '1'), field('burst', 'Burst', 'requests at once', 'number', '10'), retryAfter()]),
  action('expired_early', 'Reject a valid token as expired', expiredAs(), ({ as }) => as),
  action('expired', 'Change the response to expired tokens', expiredAs(), ({ as }) => as),
  action('latency', 'Delay the response', [field('delay', 'Delay', 'in real time, such as 200ms or 2s', 'text', '200ms')], ({ delay }) => delay),
  action('bandwidth', 'Limit the bandwidth', [field('rate', 'Rate', 'bytes per second', 'number', '1000')], ({ rate }) => rate),
  action('stall', 'Stop sending', CUT),
  action('close', 'Close the connection', CUT),
  action('reset', 'Reset the connection', CUT),
  action('overrun', 'Send too many bytes', [field('count', 'Additional bytes', '1 to 1,048,576', 'number', '10')], ({ count }) => count),
  action('garbled_chunks', 'Send an invalid chunk', [], null),
  action('body', 'Replace the body', [choice('body', 'Body', ['html', 'empty', 'not_json', 'text']), field('text', 'Text', 'if the body is text')], ({ body, text }) => (body === 'text' ? { text: text ?? '' } : body)),
  action('content_type', 'Replace the Content-Type', [field('type', 'Content-Type', 'empty: no header', 'text', 'text/plain')], ({ type }) => type ?? ''),
  action('authorization_data', 'Change authorizationData', [choice('form', 'List', ['empty', 'null', 'missing', 'doubled', 'with_nulls', 'account', 'before', 'after']), field('account', 'Account', '12 digits, for account, before and after')], ({ form, account }) => (['account', 'before', 'after'].includes(form) ? { [form]: account ?? '' } : form)),
  action('expires_at', 'Change expiresAt', [choice('form', 'Value', ['past', 'near', 'far', 'in', 'missing', 'null', 'integer', 'milliseconds', 'iso8601']), field('in', 'Time until then', 'for in, such as 5m or -5m')], ({ form, in: by }) => (form === 'in' ? { in: by ?? '' } : form)),
  action('token', 'Change authorizationToken', [choice('form', 'Value', ['no_colon', 'colons', 'other_user', 'url_safe', 'not_base64', 'long', 'empty', 'null', 'number', 'missing'])], ({ form }) => form),
  action('proxy_endpoint', 'Change proxyEndpoint', [choice('form', 'Value', ['foreign', 'no_scheme', 'slash', 'null', 'missing', 'url']), field('url', 'URL', 'for url')], ({ form, url }) => (form === 'url' ? { url: url ?? '' } : form)),
  action('date', 'Shift the Date header', [field('by', 'Shift', 'such as -20m or 1h', 'text', '-20m')], ({ by }) => by),
  action('certificate', 'Present an invalid certificate', [choice('form', 'Certificate', ['expired', 'self_signed', 'wrong_name'])], ({ form }) => form),
];

export const ROUTES = ['ping', 'catalog', 'manifest', 'blob', 'upload', 'tags', 'referrers', 'layer'];

/** The other conditions of a fault. */
export const CONDITIONS = [
  field('times', 'Maximum number of times', 'empty: without limit', 'number'),
  field('after', 'Requests to skip first', 'a number', 'number'),
  field('every', 'Only every nth request', 'a number from 1', 'number'),
  field('probability', 'Probability', '0 to 1', 'number'),
  field('method', 'HTTP method', 'such as HEAD'),
  field('repository', 'Repository', ANY_TEXT),
  field('principal', 'Principal', 'an ARN'),
  field('user_agent', 'User-Agent', ANY_TEXT),
  field('host', 'Host', `without port; ${ANY_TEXT}`),
];

/** Returns the fault of the form: `kind` and `params` of the action, and the condition. Empty values are left out. */
export function faultJson(kind, params, match) {
  const { fields, value } = ACTIONS.find((entry) => entry.kind === kind);
  const read = fields === CUT ? cutPoint(params) : values(fields, params);
  const made = value === null ? kind : { [kind]: value ? value(read) : read };
  const condition = { ...values([field('operation'), field('route')], match), ...values(CONDITIONS, match) };
  return Object.keys(condition).length ? { match: condition, action: made } : { action: made };
}

/** Returns the fields of an action. */
export function fieldsOf(kind) {
  const { fields } = ACTIONS.find((entry) => entry.kind === kind);
  return fields === CUT ? [choice('point', 'At', ['before_headers', 'after_headers', 'after_bytes']), field('after_bytes', 'Bytes', 'for after_bytes', 'number', '1000')] : fields;
}

function cutPoint({ point, after_bytes: count }) {
  return point === 'after_bytes' ? { after_bytes: number(count) } : point;
}

function values(fields, texts) {
  const present = fields.filter(({ name }) => (texts[name] ?? '').trim() !== '');
  return Object.fromEntries(present.map(({ name, type }) => [name, type === 'number' ? number(texts[name]) : texts[name].trim()]));
}

/** A text that is no number is sent as a text, so that the mock returns the error. */
function number(text) {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function action(kind, label, fields, value) {
  return { kind, label, fields, value };
}

function field(name, label, hint, type = 'text', value = '') {
  return { name, label, hint, type, value };
}

function retryAfter() {
  return field('retry_after', 'Retry-After', 'seconds', 'number');
}

function expiredAs() {
  return [choice('as', 'Response', ['forbidden', 'challenge', 'bad_request'])];
}

function choice(name, label, options) {
  return { name, label, type: 'choice', options };
}

const TOKEN_CALL = 'GetAuthorizationToken';

/** Situations in which clients of ECR fail, with the call that reproduces each. A test compares them with the cookbook and the guide on faults. */
export const RECIPES = [
  recipe('All tokens expire', 'The clock advances by 12 hours, the default TTL of a token.', { by: '12h' }, 'clock/advance'),
  fault('Throttle two calls for a token', 'ThrottlingException has status 400. A client should retry with exponential backoff.', { error: 'ThrottlingException' }, { operation: TOKEN_CALL, times: 2 }),
  fault('Limit the rate of calls for a token', 'Ten calls at once succeed, then one each second. When a cluster starts, each node requests a token.', { throttle: { rate: 1, burst: 10 } }, { operation: TOKEN_CALL }),
  fault('The API is unavailable', 'A credential helper should return the error, not an expired token from its cache.', { error: 'ServiceUnavailable' }, { operation: TOKEN_CALL }),
  fault('Reject one valid token as expired', 'The registry responds with 403 and without a challenge, as ECR does.', { expired_early: 'forbidden' }, { times: 1 }),
  fault('Reject expired tokens with a challenge', 'The registry responds with 401, as OCI Distribution requires. ECR responds with 403.', { expired: 'challenge' }),
  fault('The token expires between two layers', 'The second request for a layer is rejected once.', { error: 'ExpiredTokenException' }, { route: 'blob', after: 1, times: 1 }),
  fault('The registry rejects only HEAD requests', 'GET succeeds. Some clients check a manifest with HEAD before they request it.', { error: 'AccessDeniedException' }, { method: 'HEAD', route: 'manifest' }),
  fault('Temporary credentials expire', 'The next call for a token receives ExpiredTokenException.', { error: 'ExpiredTokenException' }, { operation: TOKEN_CALL, times: 1 }),
  fault('The Date header is wrong', 'The signatures of a client that corrects its clock by this header are 20 minutes too early.', { date: '-20m' }, { times: 1 }),
  fault('The response contains another registry', 'A client should not send the password to this host.', { proxy_endpoint: 'foreign' }),
  fault('The response contains another account', 'Each proxyEndpoint has the account 210987654321. A client should select the entry of the registry that it calls.', { authorization_data: { account: '210987654321' } }),
  fault('The response has one more entry', 'The first entry is of another account.', { authorization_data: { before: '210987654321' } }),
  fault('The password contains colons', 'A client should split the token at the first colon only.', { token: 'colons' }),
  fault('The login has another user', 'The token contains the user Bob and another password.', { token: { login: { username: 'Bob', password: 'pa:ss::' } } }),
  fault('expiresAt is in the past', 'The token itself is valid.', { expires_at: 'past' }),
  fault('A captive portal responds with HTML', 'The status is 200, and the body is an HTML page.', { body: 'html' }, { times: 1 }),
  fault('Responses are slow', 'Half of the responses are delayed by at most 20 ms, one in ten by more than 100 ms.', { latency: { p50: '20ms', p90: '100ms', p99: '2s' } }),
  fault('The connection is closed within a layer', 'A client should continue the download, or start it again.', { close: { after_bytes: 1000 } }, { route: 'layer', method: 'GET', times: 1 }),
];

function fault(title, text, action, match) {
  return recipe(title, text, match ? { match, action } : { action }, 'faults');
}

function recipe(title, text, body, path) {
  return { title, text, call: { method: 'POST', path, body } };
}
