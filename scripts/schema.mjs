/** Writes the JSON Schema of the configuration, which ships with the package so that editors complete it. */
import { writeFileSync } from 'node:fs';
import { jsonSchema } from '../dist/src/settings.js';

writeFileSync(
  new URL('../kgmentor.schema.json', import.meta.url),
  `${JSON.stringify(jsonSchema(), null, 2)}\n`,
);
