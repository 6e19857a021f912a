/** A name as matching sees it. */
export interface PlainName {
  /** Letters and digits in words, without case and accents. */
  readonly text: string;
  /** What stood in brackets, plain as well; empty where nothing did. */
  readonly qualifier: string;
}

/** Text without case, accents and punctuation: words of letters and digits, one blank between them. */
export const plainText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** The last part of an IRI, in which words are parted by underscores; other text as it is. */
function withoutIri(name: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(name)) return name;
  const last = name.replace(/[/#]+$/, '').replace(/^.*?:\/\/[^/#]*[/#]?(?:[^/#]*[/#])*/, '');
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/**
 * A name without what people write differently: case, accents, punctuation, and what stands in brackets, which tells
 * things of one name apart.
 *
 * @example
 * plainName('Amélie (film, 2001)'); // { text: 'amelie', qualifier: 'film 2001' }
 */
export function plainName(name: string): PlainName {
  const whole = withoutIri(name);
  const inside: string[] = [];
  const outside = whole.replace(/[([{（［｛]([^)\]}）］｝]*)[)\]}）］｝]/gu, (_, text: string) => {
    inside.push(text);
    return ' ';
  });
  const text = plainText(outside);
  // A name that is all in brackets is its own name.
  return text === ''
    ? { text: plainText(whole), qualifier: '' }
    : { text, qualifier: plainText(inside.join(' ')) };
}

/** The distinct trigrams of a plain text's words, with their ends marked: what equal spelling leaves in common. */
export function trigrams(text: string): string[] {
  const found = new Set<string>();
  for (const word of text.split(' ')) {
    if (word === '') continue;
    const letters = ['^', ...word, '$'];
    for (let i = 0; i + 3 <= letters.length; i++) found.add(letters.slice(i, i + 3).join(''));
  }
  return [...found];
}

/** A property's value as text that compares: numbers as numbers, all else plain. */
export function plainValue(value: string): string {
  const number = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? String(number) : plainText(value);
}
