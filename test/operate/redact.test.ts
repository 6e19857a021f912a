import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { REDACTED, redact, redactText, redactValues } from '../../src/operate/redact.js';

/** No part of the texts around it. */
const secret = fc.stringMatching(/^[A-Za-z0-9!#$%&()*+./:;=?^_~-]{8,30}$/).map((text) => `S3cret${text}`);

describe('secrets', () => {
  it('are gone from log-ins of addresses, whatever the password is made of', () => {
    fc.assert(
      fc.property(secret, fc.constantFrom('bolt', 'neo4j+s', 'redis', 'https'), (password, scheme) => {
        const clean = redactText(`no server at ${scheme}://user:${password}@host:7687/path, it says`);
        assert.equal(clean, `no server at ${scheme}://${REDACTED}@host:7687/path, it says`);
      }),
    );
  });

  it('are gone from fields of telling names at any depth, and from errors with their causes', () => {
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(
          'password',
          'NEO4J_PASSWORD',
          'auth',
          'Authorization',
          'accessToken',
          'clientSecret',
          'api_key',
        ),
        (value, name) => {
          const inner = new Error(`refused, password=${JSON.stringify(value)}`);
          const error = Object.assign(new Error('failed', { cause: inner }), { [name]: value });
          const clean = JSON.stringify(redact({ list: [{ deep: { [name]: value } }], error }));
          assert.ok(!clean.includes(JSON.stringify(value).slice(1, -1)), clean);
          assert.match(clean, /"message":"failed"/);
        },
      ),
    );
  });

  it('are gone from credentials of HTTP and from assignments', () => {
    for (const [text, clean] of [
      ['sent Authorization: Basic bmVvNGo6cGFzc3dvcmQ=', `sent Authorization: Basic ${REDACTED}`],
      ['Bearer eyJhbGciOi.J9 was refused', `Bearer ${REDACTED} was refused`],
      ['REDIS_PASSWORD=abc def', `REDIS_PASSWORD=${REDACTED} def`],
      ['?user=a&token=b4c5&x=1', `?user=a&token=${REDACTED}&x=1`],
    ])
      assert.equal(redactText(text), clean);
  });

  it('of the environment are gone from a line by their very value, also where JSON escapes it', () => {
    const env = { NEO4J_PASSWORD: 'quo"te\\d', NEO4J_USERNAME: 'neo4j', KGMENTOR_WRITE_PASSWORD: 'abc' };
    const line = JSON.stringify({ message: `neo4j said ${env.NEO4J_PASSWORD}, abc` });
    assert.equal(redactValues(line, env), `{"message":"neo4j said ${REDACTED}, abc"}`);
  });

  it('of the environment are not the working folder, which a shell calls PWD', () => {
    const line = JSON.stringify({ folder: '/srv/graphs/runs/films-1' });
    assert.equal(redactValues(line, { PWD: '/srv/graphs', OLDPWD: '/srv/graphs' }), line);
    assert.equal(redactValues(line, { DB_PWD: 'films' }), line.replace('films', REDACTED));
  });

  it('are all that changes', () => {
    const event = {
      type: 'read',
      source: 'films',
      author: 'an author',
      at: 'bolt://localhost:7687',
      text: 'Basic authentication of user neo4j@example.org; mend links.tsv:14.',
      none: null,
      list: [1, true],
    };
    assert.deepEqual(redact(event), event);
  });
});
