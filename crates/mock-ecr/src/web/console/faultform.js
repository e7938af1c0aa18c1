// The fields of the form for a fault, and the JSON that they stand for.

const EXPIRED_AS = ['forbidden', 'challenge', 'bad_request'];
const CUT = 'cut';

/**
 * The actions: the name in JSON, the text in the form, and the fields of the value.
 * A field is `{name, label, type, value, options}`; the type `number` becomes a number, and an empty field is left out.
 */
export const ACTIONS = [
  action('error', 'Respond with an error', [field('code', 'Error code', 'text', 'ThrottlingException'), field('status', 'Status (optional)', 'number'), field('message', 'Message (optional)'), field('retry_after', 'Retry-After in seconds (optional)', 'number')],
    (values) => (Object.keys(values).length === 1 ? values.code : values)),
  action('throttle', 'Limit the rate', [field('rate', 'Requests per second', 'number', '1'), field('burst', 'Requests at once', 'number', '10'), field('retry_after', 'Retry-After in seconds (optional)', 'number')]),
  action('expired_early', 'Reject a valid token as expired', [choice('as', 'Response', EXPIRED_AS)], ({ as }) => as),
  action('expired', 'Change the response to expired tokens', [choice('as', 'Response', EXPIRED_AS)], ({ as }) => as),
  action('latency', 'Delay the response', [field('delay', 'Delay', 'text', '200ms')], ({ delay }) => delay),
  action('bandwidth', 'Limit the bandwidth', [field('rate', 'Bytes per second', 'number', '1000')], ({ rate }) => rate),
  action('stall', 'Stop sending', CUT),
  action('close', 'Close the connection', CUT),
  action('reset', 'Reset the connection', CUT),
  action('overrun', 'Send too many bytes', [field('count', 'Additional bytes', 'number', '10')], ({ count }) => count),
  action('garbled_chunks', 'Send an invalid chunk', [], null),
  action('body', 'Replace the body', [choice('body', 'Body', ['html', 'empty', 'not_json', 'text']), field('text', 'Text (for the body "text")')], ({ body, text }) => (body === 'text' ? { text: text ?? '' } : body)),
  action('content_type', 'Replace the Content-Type', [field('type', 'Content-Type', 'text', 'text/plain')], ({ type }) => type ?? ''),
  action('authorization_data', 'Change authorizationData', [choice('form', 'List', ['empty', 'null', 'missing', 'doubled', 'with_nulls', 'account', 'before', 'after']), field('account', 'Account (for the last three)')], ({ form, account }) => (['account', 'before', 'after'].includes(form) ? { [form]: account ?? '' } : form)),
  action('expires_at', 'Change expiresAt', [choice('form', 'Value', ['past', 'near', 'far', 'in', 'missing', 'null', 'integer', 'milliseconds', 'iso8601']), field('in', 'Duration (for "in")', 'text')], ({ form, in: by }) => (form === 'in' ? { in: by ?? '' } : form)),
  action('token', 'Change authorizationToken', [choice('form', 'Value', ['no_colon', 'colons', 'other_user', 'url_safe', 'not_base64', 'long', 'empty', 'null', 'number', 'missing'])], ({ form }) => form),
  action('proxy_endpoint', 'Change proxyEndpoint', [choice('form', 'Value', ['foreign', 'no_scheme', 'slash', 'null', 'missing', 'url']), field('url', 'URL (for "url")')], ({ form, url }) => (form === 'url' ? { url: url ?? '' } : form)),
  action('date', 'Shift the Date header', [field('by', 'Shift', 'text', '-20m')], ({ by }) => by),
  action('certificate', 'Present an invalid certificate', [choice('form', 'Certificate', ['expired', 'self_signed', 'wrong_name'])], ({ form }) => form),
];

export const ROUTES = ['ping', 'catalog', 'manifest', 'blob', 'upload', 'tags', 'referrers', 'layer'];

export const OPERATIONS = ['GetAuthorizationToken', 'BatchCheckLayerAvailability', 'BatchDeleteImage', 'BatchGetImage', 'CompleteLayerUpload', 'CreateRepository', 'DeleteRepository', 'DescribeImages', 'DescribeImageScanFindings', 'DescribeRepositories', 'GetDownloadUrlForLayer', 'GetLifecyclePolicy', 'GetRepositoryPolicy', 'InitiateLayerUpload', 'ListImages', 'ListTagsForResource', 'PutImage', 'PutLifecyclePolicy', 'SetRepositoryPolicy', 'StartImageScan', 'UploadLayerPart', 'GetCallerIdentity', 'AssumeRole'];

/** The other conditions of a fault. */
export const CONDITIONS = [
  field('times', 'Times', 'number'), field('after', 'After', 'number'), field('every', 'Every', 'number'), field('probability', 'Probability', 'number'),
  field('method', 'Method'), field('repository', 'Repository'), field('principal', 'Principal (ARN)'), field('user_agent', 'User-Agent'), field('host', 'Host'),
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
  return fields === CUT ? [choice('point', 'At', ['before_headers', 'after_headers', 'after_bytes']), field('after_bytes', 'Bytes (for "after_bytes")', 'number', '1000')] : fields;
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

function field(name, label, type = 'text', value = '') {
  return { name, label, type, value };
}

function choice(name, label, options) {
  return { name, label, type: 'choice', options };
}
