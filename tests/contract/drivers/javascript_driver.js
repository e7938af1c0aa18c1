// A driver for the AWS SDK for JavaScript: reads one request per line, and writes one response per line.
const { ECR } = require("@aws-sdk/client-ecr");
const requests = require("readline").createInterface({ input: process.stdin });

async function login(line) {
  const [, , , region] = JSON.parse(line).registry.split(".");
  if (!region) throw new Error("not an ECR registry");
  const { authorizationData } = await new ECR({ region }).getAuthorizationToken();
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
