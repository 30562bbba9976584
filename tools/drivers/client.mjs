// statements.tsv through node's pg.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const pg = createRequire(process.cwd() + '/')('pg');
const casts = { text: String, float8: Number, bigint: Number, boolean: (value) => value === 'true' };
const client = new pg.Client({ host: '127.0.0.1', port: process.env.PGPORT, user: 'postgres', database: 'postgres' });

function show(value) {
  if (value === null) return ['null', ''];
  if (typeof value === 'number' || typeof value === 'boolean') return [typeof value, String(value)];
  if (typeof value === 'string') {
    return ['text', value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')];
  }
  return [value.constructor.name, JSON.stringify(value)];
}

await client.connect();
for (const line of readFileSync('statements.tsv', 'utf8').split('\n').filter(Boolean)) {
  const [name, sql, ...bound] = line.split('\t');
  const values = bound.map((item) => {
    const colon = item.indexOf(':');
    return casts[item.slice(0, colon)](item.slice(colon + 1));
  });
  const result = await client.query({ text: sql, values, rowMode: 'array' });
  result.rows.forEach((row, number) => row.forEach((value, i) =>
    console.log([name, number, result.fields[i].name, ...show(value)].join('\t'))));
}
await client.end();
