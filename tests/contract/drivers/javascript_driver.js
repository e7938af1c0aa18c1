// A driver for the AWS SDK for JavaScript: reads one request per line, and writes one response per line.
const { ECR } = require("@aws-sdk/client-ecr");
const requests = require("readline").createInterface({ input: process.stdin });

const HOST = /^\d{12}\.dkr[.-]ecr(-fips)?\.([a-z0-9-]+)\.(on\.)?/;

async function login(line) {
  const host = HOST.exec(JSON.parse(line).registry);
  if (!host) throw new Error("not an ECR registry");
  const [, fips, region, dualStack] = host;
  // An option that is undefined is read from the environment.
  const useFipsEndpoint = fips ? true : undefined;
  const useDualstackEndpoint = dualStack ? true : undefined;
  const ecr = new ECR({ region, useFipsEndpoint, useDualstackEndpoint });
  const { authorizationData } = await ecr.getAuthorizationToken();
  if (authorizationData?.length !== 1) throw new Error("expected one token");
  const pair = Buffer.from(authorizationData[0].authorizationToken, "base64").toString();
  const colon = pair.indexOf(":");
  if (colon < 0) throw new Error("the token contains no colon");
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

(async () => {
  for await (const line of requests) {
    const response = await login(line).catch((error) => ({ error: `${error.name}: ${error.message}` }));
    console.log(JSON.stringify(response));
  }
})();
