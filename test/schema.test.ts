import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { jsonSchema } from '../src/settings.js';

test('the JSON Schema that ships is the one of the configuration', () => {
  const file = new URL('../../kgmentor.schema.json', import.meta.url);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(JSON.stringify(jsonSchema())));
});
