import { pythonWith } from './python.js';

/** On Linux on x64 the wheel brings its libraries for GPUs along (about 5 GB); the bench lets it see no GPU. */
export const TORCH = 'torch==2.15.0';

/** The Python that has PyTorch. */
export const torchPython = (): Promise<string> => pythonWith([TORCH, 'safetensors==0.8.0', 'numpy==2.2.6']);
