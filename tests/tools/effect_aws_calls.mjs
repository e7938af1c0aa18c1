// Calls ECR by @effect-aws/client-ecr, which returns each exception as an error with a tag, and prints the result.
import { ECR } from "@effect-aws/client-ecr";
import { Effect } from "effect";

const repositoryName = "effect/app";
const manifest = { layers: [{ digest: `sha256:${"1".repeat(64)}`, urls: ["https://example.com"] }] };

const program = Effect.gen(function* () {
    yield* ECR.createRepository({ repositoryName });
    const exists = yield* Effect.flip(ECR.createRepository({ repositoryName }));
    yield* ECR.putImageTagMutability({ repositoryName, imageTagMutability: "IMMUTABLE" });
    yield* ECR.putImage({
        repositoryName,
        imageTag: "1.0",
        imageManifest: JSON.stringify(manifest),
        imageManifestMediaType: "application/vnd.oci.image.manifest.v1+json",
    });
    const notEmpty = yield* Effect.flip(ECR.deleteRepository({ repositoryName }));
    const { repositories } = yield* ECR.describeRepositories({});
    const { authorizationData } = yield* ECR.getAuthorizationToken({});
    return {
        errors: [exists._tag, notEmpty._tag],
        repositories: repositories.map((repository) => repository.repositoryName),
        tokens: authorizationData.length,
    };
});

console.log(JSON.stringify(await Effect.runPromise(program.pipe(Effect.provide(ECR.defaultLayer)))));
