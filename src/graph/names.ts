import { KgmentorError } from '../errors.js';

/**
 * A name quoted for a statement's text, whether the schema has it or not. Backslashes are refused: the parser
 * resolves Unicode escapes before it looks at quotes, so they could break out.
 *
 * @throws KgmentorError USAGE
 */
export function newName(what: 'label' | 'property' | 'relationship type', name: string): string {
  const found = name === '' ? 'is empty' : /[\\\0]/.test(name) ? 'holds a backslash or a NUL character' : '';
  if (found !== '') {
    throw new KgmentorError('USAGE', `The ${what} ${JSON.stringify(name)} ${found}.`, {
      next: `Choose another name for the ${what}.`,
    });
  }
  return `\`${name.replaceAll('`', '``')}\``;
}

/**
 * A relationship type that travels as a parameter: only what the database itself refuses is refused.
 *
 * @throws KgmentorError USAGE
 */
export function checkedType(type: string): void {
  if (type !== '' && !type.includes('\0')) return;
  throw new KgmentorError('USAGE', `The relationship type ${JSON.stringify(type)} is empty or holds NUL.`, {
    next: 'Choose another name for the relationship type.',
  });
}
