/** The environment of a reference in PyTorch: so many threads, no GPU, no files left behind. */
export const ofReference = (threads: number): NodeJS.ProcessEnv => ({
  OMP_NUM_THREADS: String(threads),
  CUDA_VISIBLE_DEVICES: '',
  PYTHONDONTWRITEBYTECODE: '1',
});

/** The same with threads that wait without spinning, where CPU time is compared. */
export const passive = (threads: number): NodeJS.ProcessEnv => ({
  ...ofReference(threads),
  OMP_WAIT_POLICY: 'PASSIVE',
  KMP_BLOCKTIME: '0',
});
