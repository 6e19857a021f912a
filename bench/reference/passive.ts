/** The environment of a reference in PyTorch: its threads wait without spinning, it sees no GPU and leaves no files. */
export const passive = (threads: number): NodeJS.ProcessEnv => ({
  OMP_WAIT_POLICY: 'PASSIVE',
  KMP_BLOCKTIME: '0',
  OMP_NUM_THREADS: String(threads),
  CUDA_VISIBLE_DEVICES: '',
  PYTHONDONTWRITEBYTECODE: '1',
});
