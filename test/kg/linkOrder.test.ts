import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { endOrder, straightened, surestFirst } from '../../src/kg/linkOrder.js';
import { pickLinks } from '../../src/kg/links.js';
import { alignments, type Link, linksOf, someLinks } from './_links.js';

const some = someLinks([4, 1, 3]).map(alignments);
const place = (a: Link, b: Link) =>
  a.leftSource - b.leftSource || a.left - b.left || a.rightSource - b.rightSource || a.right - b.right;

test('links in the order of their ends are those of a plain stable sort', () => {
  fc.assert(
    fc.property(some, (links) => {
      assert.deepEqual(linksOf(pickLinks(links, endOrder(links))), linksOf(links).sort(place));
    }),
  );
});

test('the surest links come first, equally sure ones in the order that they had', () => {
  fc.assert(
    fc.property(some, (links) => {
      const plain = linksOf(links).sort((a, b) => b.confidence - a.confidence || place(a, b));
      const order = surestFirst(links.confidence, endOrder(links));
      assert.deepEqual(linksOf(pickLinks(links, order)), plain);
    }),
  );
});

test('straightened links have the earlier end left, and the same ends', () => {
  fc.assert(
    fc.property(some, (links) => {
      const before = linksOf(links);
      for (const [i, link] of linksOf(straightened(links)).entries()) {
        const { leftSource, left, rightSource, right, confidence } = before[i];
        const turned = {
          leftSource: rightSource,
          left: right,
          rightSource: leftSource,
          right: left,
          confidence,
        };
        assert.ok(
          link.leftSource < link.rightSource ||
            (link.leftSource === link.rightSource && link.left <= link.right),
        );
        assert.ok([before[i], turned].some((one) => JSON.stringify(one) === JSON.stringify(link)));
      }
      assert.deepEqual(linksOf(links), before);
    }),
  );
});
