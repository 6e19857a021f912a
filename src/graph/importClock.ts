import type { RowSource } from './importSource.js';
import type { ImportProgress } from './importWrite.js';

/** Rows from which on the rate says something: the first ones wait for plans, locks and caches of the server. */
const TELLING = 1000;

type OnProgress = ((progress: ImportProgress) => void) | undefined;

/** Rate and remaining time of one pass: by bytes read where the source is a file, by rows elsewhere. */
export function importClock(source: RowSource, total: number | undefined, onProgress: OnProgress) {
  let began = 0;
  let firstRow = 0;
  let firstByte = 0;
  let rows = 0;
  let bytes = 0;
  const rates = (row: number, byte: number) => {
    const seconds = Math.max(performance.now() - began, 1) / 1000;
    const [done, left] =
      source.size > 0 ? [byte - firstByte, source.size - byte] : [row - firstRow, (total ?? row) - row];
    return {
      rows: row,
      ...(total !== undefined && { of: total }),
      rowsPerSecond: (row - firstRow) / seconds,
      ...(done > 0 && row - firstRow >= TELLING && { etaSeconds: (seconds * Math.max(left, 0)) / done }),
    };
  };
  return {
    /** The pass begins to count behind so many rows. */
    start(row: number): void {
      began = performance.now();
      firstRow = row;
      rows = row;
      // Reading is ahead of the rows by what the streams hold, so a pass that begins at the start begins at 0.
      firstByte = row === 0 ? 0 : source.read;
      bytes = firstByte;
    },
    checked(row: number): void {
      onProgress?.({ stage: 'check', done: row, total: total ?? row, ...rates(row, source.read) });
    },
    /** Progress of a chunk's transactions as that of the whole; rows are done with those of the stage. */
    within(lines: number, stage: ImportProgress['stage']): OnProgress {
      if (!onProgress) return undefined;
      const [row, byte, toByte] = [rows, bytes, source.read];
      rows += lines;
      bytes = toByte;
      return (progress) => {
        const share = progress.stage === stage ? progress.done / progress.total : 0;
        onProgress({
          ...progress,
          ...rates(row + Math.round(share * lines), byte + share * (toByte - byte)),
        });
      };
    },
  };
}
