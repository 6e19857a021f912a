/** Figures that others published on the benchmark, in points of MRR under the `tv` filter: el, ja, es, fr, en, average. */
export const PUBLISHED: readonly { readonly name: string; readonly mrr: readonly number[] }[] = [
  { name: 'SS-AGA (ACL 2022)', mrr: [35.3, 42.9, 36.6, 38.3, 23.1, 35.2] },
  { name: 'LSMGA (ACL 2023)', mrr: [54.5, 49.8, 42.8, 48.6, 32.4, 45.6] },
  { name: 'IMKGC (AAAI 2026), the record', mrr: [59.9, 53.9, 47.5, 52.5, 33.8, 49.5] },
];

/** The record's average with a share of the links. */
export const PUBLISHED_FEW: Readonly<Record<number, number>> = { 0.8: 48.4, 0.5: 42.4, 0.2: 36.4 };
