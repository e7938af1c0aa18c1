// The AWS SDK for JavaScript and nothing more, as a driver of the contract suite: a request a line, an answer a line.
const { ECR } = require("@aws-sdk/client-ecr");
const requests = require("readline").createInterface({ input: process.stdin });

async function login(line) {
  const [, , , region] = JSON.parse(line).registry.split(".");
  if (!region) throw new Error("no registry of ECR");
  const { authorizationData } = await new ECR({ region }).getAuthorizationToken();
  const pair = Buffer.from(authorizationData[0].authorizationToken, "base64").toString();
  const colon = pair.indexOf(":");
  if (colon < 0) throw new Error("no token");
  return { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

(async () => {
  for await (const line of requests) {
    const answer = await login(line).catch((error) => ({ error: `${error.name}: ${error.message}` }));
    console.log(JSON.stringify(answer));
  }
})();
