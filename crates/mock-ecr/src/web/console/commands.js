// Commands for a shell: calls of the control API, repeated requests, pulls and pushes, and how clients are pointed at this mock.

/** Returns the text in quotation marks for a POSIX shell, if it needs them. */
export function quote(text) {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The variable that contains the control key in commands. The key itself is never part of a command. */
const KEY_HEADER = '--header "Authorization: Bearer $MOCK_ECR_CONTROL_KEY"';

/** Returns the command for a call of the control API. */
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

/**
 * Returns the steps that repeat a request of a client: `[{text, command}]`. Secrets are variables of the shell.
 * `token` is the record of the token of the request.
 */
export function repeat(request, { origin, config, token }) {
  if (request.operation && ['ecr', 'ecr-public', 'sts'].includes(request.service)) {
    if (!json(request.input ?? '{}')) return [{ text: 'The request log does not contain the complete input.' }];
    return [{ text: 'Set the endpoint and credentials first, for example those of the first principal:', command: environment(origin) }, { text: 'Then repeat the call:', command: awsCommand(request, origin) }];
  }
  if (request.target.startsWith('/_layer/')) return [{ text: 'The request log does not contain the signature of the URL. Request the layer at the registry: it redirects to a new URL.' }];
  if (!request.target.startsWith('/')) return [{ text: 'The target is not a path, so curl cannot send the request.' }];
  const body = ['POST', 'PUT', 'PATCH'].includes(request.method) ? ' The body of the request is not recorded: the command sends none.' : '';
  if (!request.authorization) return [{ text: `The request had no Authorization header.${body}`, command: registryCommand(request, origin) }];
  return [
    { text: 'Set the variable first. The command presents a new token, not that of the request:', command: `PASSWORD=$(${passwordCommand(origin, request.bearer, token?.region, config)})` },
    { text: `Then repeat the request.${body}`, command: registryCommand(request, origin) }];
}

/** Returns the command that prints a password of a principal. The first principal and the Region of the configuration are the defaults. */
function passwordCommand(origin, arn, region, config) {
  const option = (name, value, preset) => (value && value !== preset ? ` --${name} ${quote(value)}` : '');
  return `mock-ecr token issue --password --url ${quote(origin)}${option('principal', arn, config?.principals[0]?.arn)}${option('region', region, config?.region)}`;
}

function registryCommand(request, origin) {
  const parts = ['curl', '--silent', '--path-as-is', '--globoff', request.method === 'HEAD' ? '--head' : '--include'];
  if (!['GET', 'HEAD'].includes(request.method)) parts.push('--request', quote(request.method));
  if (request.authorization) parts.push('--user "AWS:$PASSWORD"');
  if (request.host && request.host !== new URL(origin).host && !isLoopback(request.host)) parts.push('--header', quote(`Host: ${request.host}`));
  parts.push(quote(origin + request.target));
  return parts.join(' ');
}

export function isLoopback(host) {
  return /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);
}

function awsCommand({ service, operation, input }, origin) {
  const name = operation.replace(/([a-z\d])([A-Z])/g, '$1-$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2').toLowerCase();
  const parts = ['aws', service, quote(name), '--endpoint-url', quote(origin)];
  if (input && input !== '{}') parts.push('--cli-input-json', quote(input));
  return parts.join(' ');
}

/** Returns the object that a text contains as JSON, or null. */
export function json(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function environment(origin) {
  return `eval "$(mock-ecr env --url ${quote(origin)})"`;
}

/** Returns the address of the registry for clients: docker accepts plain HTTP at `localhost`. */
export function registryHost({ port, host, protocol }) {
  if (!isLoopback(host)) return quote(host);
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

/**
 * Returns the steps for each client: `[{id, name, steps: [{text, command}]}]`.
 */
export function clients({ origin, registry, isSecure, hasKey, environment: variables }) {
  const url = ` --url ${quote(origin)}`;
  const key = hasKey ? [{ text: 'The mock has a control key. The commands of mock-ecr read it from this variable. Replace KEY:', command: 'export MOCK_ECR_CONTROL_KEY=KEY' }] : [];
  const certificate = isSecure ? [{ text: "Get the certificate of the mock's certificate authority, and add it to those that the client trusts:", command: `mock-ecr ca${url} > mock-ecr-ca.pem` }] : [];
  const environmentStep = { text: 'Set the endpoint, the credentials and the Region in a shell:', command: environment(origin) };
  const login = (name, option = '') => `${passwordCommand(origin)} | ${name} login${option} --username AWS --password-stdin ${name === 'docker' ? `${origin.split(':')[0]}://${registry}` : registry}`;
  const plain = isSecure ? '' : ' --tls-verify=false';
  const start = [...key, ...certificate];
  const list = [
    client('docker', 'docker', [...start,
      { text: 'Log in:', command: login('docker') },
      ...(isSecure ? [] : [{ text: 'Without a running docker engine, docker 29 rejects plain HTTP. This command writes the login to the configuration of docker:', command: `mock-ecr login${url}` }]),
      { text: 'Push and pull. The repository must exist, unless the mock was started with --create-on-push.', command: `docker tag IMAGE ${registry}/team/app:1.0\ndocker push ${registry}/team/app:1.0\ndocker pull ${registry}/team/app:1.0` }]),
    client('podman', 'podman, skopeo and buildah', [...start,
      { text: 'Log in:', command: login('podman', plain) },
      { text: 'Pull:', command: `podman pull${plain} ${registry}/team/app:1.0` },
      { text: 'Copy an OCI image layout with skopeo. It reads the login of mock-ecr login.', command: `mock-ecr login${url}\nskopeo copy --all${isSecure ? '' : ' --dest-tls-verify=false'} oci:image:1.0 docker://${registry}/team/app:1.0` }]),
    client('aws', 'AWS CLI', [...start, environmentStep,
      { text: 'Get a password, and list the repositories:', command: 'aws ecr get-login-password\naws ecr describe-repositories' }]),
    client('boto3', 'Python with boto3', [...start, environmentStep,
      { text: 'boto3 reads the variables:', command: 'import boto3\n\necr = boto3.client("ecr")\n[data] = ecr.get_authorization_token()["authorizationData"]\nprint(data["proxyEndpoint"], data["expiresAt"])' }]),
    client('rust', 'Rust', [
      { text: 'In tests, the library starts a mock of its own:', command: 'let ecr = mock_ecr::MockEcr::builder().frozen().start().await?;\nlet client = aws_sdk_ecr::Client::new(&ecr.sdk_config());' },
      ...start, { ...environmentStep, text: 'For this mock, set the variables, and load the configuration from them:' },
      { text: null, command: 'let config = aws_config::load_from_env().await;\nlet client = aws_sdk_ecr::Client::new(&config);' }]),
    client('node', 'Node.js', [...start, environmentStep,
      { text: 'The AWS SDK for JavaScript reads the variables:', command: 'import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";\n\nconst output = await new ECRClient().send(new GetAuthorizationTokenCommand());\nconsole.log(output.authorizationData[0].expiresAt);' }]),
    client('curl', 'The control API with curl', [
      { text: 'Advance the clock by the default TTL of tokens:', command: `curl --silent${hasKey ? ` ${KEY_HEADER}` : ''} --json '{"by":"12h"}' ${quote(`${origin}/_mock/clock/advance`)}` }]),
  ];
  if (variables) list.push(client('environment', 'Without the command mock-ecr', [{ text: 'These lines set the same variables:', command: exports(variables) }]));
  return list;
}

/** Returns the lines that set the variables in a POSIX shell. A variable whose value is null is removed. */
export function exports(environment) {
  return Object.entries(environment).map(([name, value]) => (value === null ? `unset ${name}` : `export ${name}=${quote(value)}`)).join('\n');
}

function client(id, name, steps) {
  return { id, name, steps };
}
