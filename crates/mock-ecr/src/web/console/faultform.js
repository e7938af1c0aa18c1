// The fields of the form for a fault, and the JSON that they stand for.

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

export const OPERATIONS = ['GetAuthorizationToken', 'BatchCheckLayerAvailability', 'BatchDeleteImage', 'BatchGetImage', 'CompleteLayerUpload', 'CreateRepository', 'DeleteRepository', 'DescribeImages', 'DescribeImageScanFindings', 'DescribeRepositories', 'GetDownloadUrlForLayer', 'GetLifecyclePolicy', 'GetRepositoryPolicy', 'InitiateLayerUpload', 'ListImages', 'ListTagsForResource', 'PutImage', 'PutLifecyclePolicy', 'SetRepositoryPolicy', 'StartImageScan', 'UploadLayerPart', 'GetCallerIdentity', 'AssumeRole'];

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
  return point === 'after_bytes' ? { after_bytes: Number(count) } : point;
}

function values(fields, texts) {
  const present = fields.filter(({ name }) => (texts[name] ?? '').trim() !== '');
  return Object.fromEntries(present.map(({ name, type }) => [name, type === 'number' ? number(texts[name]) : texts[name].trim()]));
}

/** A text that is no number is sent as a text, so that the mock returns the error. */
function number(text) {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
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
