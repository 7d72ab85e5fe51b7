/**
 * Writes ../shared/actions.json: for each action on a ticket, an act, a paper or a task, and for a new act or
 * programme, the fields its body takes, read from openapi.yaml. Forms are drawn from it, so a field added to the contract appears by itself.
 *
 * {ticket: {dispatch: {title, fields: [{name, type, required, note, max, min, options, labels, of}]}}, act: …,
 *  names: {Stage: {filed: 待派遣, …}, …}}
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

const contract = parse(readFileSync(new URL('../../../openapi.yaml', import.meta.url), 'utf8'));
const HIDDEN = new Set(['action', 'expected_version']);
/** Enums whose codes are shown by the names their description lists. */
const NAMED = ['Stage', 'AttentionKind', 'Role', 'Side'];

const follow = (schema) => (schema.$ref ? contract.components.schemas[schema.$ref.split('/').at(-1)] : schema);
const last = (schema) => schema.$ref?.split('/').at(-1);

/** The schema itself when it is written as "this or null". */
function bare(schema) {
  const options = schema.oneOf ?? schema.anyOf;
  const real = options?.filter((one) => one.type !== 'null');
  return real?.length === 1 ? real[0] : schema;
}

/** Names of an enum's codes, where its description lists them in order ("种类。提醒、督办单"). */
function labels({ enum: codes, description }) {
  const names = description
    ?.split('。')
    .find((part) => part.split('、').length === codes?.length)
    ?.split('、');
  return names && codes.length > 1 ? Object.fromEntries(codes.map((code, at) => [code, names[at]])) : null;
}

function field(name, schema, required) {
  const outer = bare(schema);
  const inner = bare(follow(outer));
  const type = Array.isArray(inner.type) ? inner.type.find((one) => one !== 'null') : inner.type;
  const item = type === 'array' ? bare(inner.items) : undefined;
  return {
    name,
    required,
    type,
    is: last(outer) ?? last(bare(inner)) ?? null,
    format: inner.format ?? null,
    note: schema.description ?? inner.description ?? null,
    max: inner.maxLength ?? inner.maximum ?? inner.maxItems ?? null,
    min: inner.minLength ?? inner.minimum ?? inner.minItems ?? null,
    options: inner.enum ?? null,
    labels: labels(inner),
    of: item ? (last(item) ?? follow(item).type ?? null) : null,
  };
}

function body(schema) {
  const { properties = {}, required = [], title = null, description = null } = schema;
  const fields = Object.entries(properties)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, one]) => field(name, one, required.includes(name)));
  return { title, description, fields };
}

function choices(name) {
  const all = {};
  for (const option of contract.components.schemas[name].oneOf) {
    const schema = follow(option);
    const action = schema.properties.action;
    for (const verb of action.const ? [action.const] : action.enum) all[verb] = body(schema);
  }
  return all;
}

/** A request with one shape for all its verbs (programmes, tasks). */
function plain(name) {
  return body(contract.components.schemas[name]);
}

const actions = {
  ticket: choices('ActionRequest'),
  act: choices('ActActionRequest'),
  paper: choices('PaperActionRequest'),
  task: plain('TaskAction'),
  issue: plain('ActNew'),
  programme: plain('Programme'),
  names: Object.fromEntries(NAMED.map((name) => [name, labels(contract.components.schemas[name])])),
};
writeFileSync(new URL('../../shared/actions.json', import.meta.url), JSON.stringify(actions, null, 1));
