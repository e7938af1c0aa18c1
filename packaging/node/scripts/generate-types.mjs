// Generates `lib/control-api.d.ts` from the OpenAPI document of the control API. With `--check`, compares the file and does not change it.

import { readFileSync, writeFileSync } from 'node:fs';

const INPUT = new URL('../../../crates/mock-ecr/openapi.json', import.meta.url);
const OUTPUT = new URL('../lib/control-api.d.ts', import.meta.url);
const HEADER = '// Generated from crates/mock-ecr/openapi.json by scripts/generate-types.mjs.\n';

/** The keywords that this program translates, or that have no equivalent in TypeScript. Any other keyword is an error. */
const KEYWORDS = new Set(
  '$ref additionalProperties anyOf const default description enum format items maxItems maximum minimum oneOf properties required type'.split(' '),
);

function main() {
  const generated = generate(JSON.parse(readFileSync(INPUT, 'utf8')));
  if (!process.argv.includes('--check')) {
    writeFileSync(OUTPUT, generated);
  } else if (readFileSync(OUTPUT, 'utf8') !== generated) {
    console.error('error: lib/control-api.d.ts differs from the OpenAPI document; run node packaging/node/scripts/generate-types.mjs');
    process.exit(1);
  }
}

function generate(document) {
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => declaration(name, schema));
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const queries = operations.filter((operation) => operation.parameters.length > 0).map(query);
  return [HEADER, ...schemas, ...queries].join('\n');
}

/** Returns the type of the query parameters of an operation. */
function query({ operationId, parameters, summary }) {
  const name = operationId.replace(/(^|_)(.)/g, (_, __, letter) => letter.toUpperCase());
  const properties = Object.fromEntries(parameters.map(({ name, schema, description }) => [name, { ...schema, description }]));
  const required = parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name);
  return declaration(`${name}Query`, { type: 'object', properties, required, description: `The query parameters of: ${summary}` });
}

function declaration(name, schema) {
  return `${comment(schema.description, '')}export type ${name} =${spaced(type(schema, ''))};\n`;
}

function type(schema, indent) {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword));
  if (unknown.length > 0) {
    throw new Error(`keywords that are not translated: ${unknown.join(', ')}`);
  }
  if (schema.$ref !== undefined) return schema.$ref.replace('#/components/schemas/', '');
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return union(variants, indent);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.type === undefined) return 'unknown';
  const types = [schema.type].flat().map((name) => ofType(name, schema, indent));
  return types.join(' | ');
}

function union(variants, indent) {
  const isShort = variants.every((variant) => variant.description === undefined);
  if (isShort) return variants.map((variant) => type(variant, indent)).join(' | ');
  const inner = `${indent}  `;
  return variants.map((variant) => `\n${comment(variant.description, inner)}${inner}| ${type(variant, inner)}`).join('');
}

function ofType(name, schema, indent) {
  switch (name) {
    case 'object':
      return object(schema, indent);
    case 'array':
      return `Array<${type(schema.items ?? {}, indent)}>`;
    case 'integer':
      return 'number';
    case 'boolean':
    case 'null':
    case 'number':
    case 'string':
      return name;
    default:
      throw new Error(`a type that is not translated: ${name}`);
  }
}

function object({ properties, additionalProperties, required = [] }, indent) {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? type(additionalProperties, indent) : undefined;
    return `Record<string, ${values ?? (additionalProperties === false ? 'never' : 'unknown')}>`;
  }
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${comment(schema.description, inner)}${inner}${key(name)}${mark}:${spaced(type(schema, inner))};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}

/** A union with comments begins on its own line. */
function spaced(text) {
  return text.startsWith('\n') ? text : ` ${text}`;
}

function key(name) {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name);
}

/** Returns a comment without the examples in Rust and the links between the types of Rust. */
function comment(description, indent) {
  if (description === undefined) return '';
  const text = description
    .split('\n\n```')[0]
    .replace(/\[(`[^`]+`)\](\([^)]*\))?/g, '$1')
    .replaceAll('*/', '*\\/')
    .trim();
  const lines = text.split('\n').map((line) => `${indent} * ${line}`.trimEnd());
  return `${indent}/**\n${lines.join('\n')}\n${indent} */\n`;
}

main();
