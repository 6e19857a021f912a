import { pythonWith } from './python.js';
import { torchPython } from './torch.js';

/** The Python that has PyKEEN, on the same PyTorch as the other references. */
export const pykeenPython = async (): Promise<string> => pythonWith(['pykeen==1.11.1'], await torchPython());
