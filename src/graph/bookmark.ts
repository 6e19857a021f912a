import type { Graph } from './connect.js';
import { cypher } from './cypher.js';

/**
 * The bookmark of a database: an opaque text that every commit changes, whoever made it, and nothing else. Equal texts
 * say that nothing was committed in between; they say nothing more and are not to be taken apart.
 *
 * @example
 * const before = await readBookmark(graph);
 * (await readBookmark(graph)) === before; // nobody wrote
 */
export async function readBookmark(graph: Graph): Promise<string> {
  let bookmarks: readonly string[] = [];
  await graph.read((tx) => tx.run(cypher('read-bookmark')), {
    onBookmarks: (left) => {
      bookmarks = left;
    },
  });
  return bookmarks.join(' ');
}
