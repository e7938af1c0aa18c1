// Recipes: situations in which clients of ECR fail, with the call that reproduces each. A test compares them with the cookbook and the guide on faults.

const TOKEN_CALL = 'GetAuthorizationToken';

/** @type {{title: string, text: string, call: {method: string, path: string, body: object}}[]} */
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
