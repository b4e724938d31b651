/** Functions of packages that give the same for the same numbers and texts, and draw no random numbers. */
const functions =
  /^(?:math\.\w+|os\.path\.join|torch\.(?:tensor|as_tensor|from_numpy|FloatTensor|LongTensor|Tensor|arange|range|zeros|ones|full|eye|linspace|logspace|\w+_window|tril|triu|tril_indices|triu_indices|meshgrid|cartesian_prod|stack|cat|concat|hstack|vstack|exp|log|log2|log10|log1p|sin|cos|tan|sqrt|rsqrt|pow|square|abs|sigmoid|tanh|outer|cumsum|cumprod|flip|roll|diag|where|clamp|clip|maximum|minimum|reshape|unsqueeze|squeeze|transpose|permute|repeat_interleave|logical_not|floor|ceil|round|reciprocal|sum|mean|fft\.r?fftfreq|nn\.functional\.(?:pad|one_hot)|finfo|device)|numpy\.(?:array|asarray|arange|linspace|logspace|zeros|ones|full|eye|tri[lu]|log|log2|log10|log1p|exp|sqrt|power|abs|sin|cos|outer|stack|concatenate|cumsum|cumprod|float32|float64|int64|int32|hanning|hamming|blackman|deg2rad|round|maximum|minimum|clip|append|diff|floor|ceil|repeat|tile|mean|std|sum|max|min|prod)|librosa\.filters\.\w+|torchaudio\.functional\.(?:melscale_fbanks|create_fb_matrix|create_dct|linear_fbanks)|scipy\.signal\.(?:get_window|windows\.\w+|firwin))$/;
/** Those of PyTorch that make a tensor of numbers, and take a device for it. */
const makers = /^torch\.(?:tensor|as_tensor|arange|range|zeros|ones|full|eye|linspace|logspace|\w+_window|tril_indices|triu_indices|fft\.r?fftfreq)$/;
const tensors = /^torch\.(?!finfo|device$)/;
const builtins = new Set(['range', 'len', 'float', 'int', 'bool', 'str', 'list', 'tuple', 'dict', 'min', 'max', 'sum', 'abs', 'sorted', 'round', 'zip', 'enumerate', 'reversed', 'pow']);
/** Methods of tensors, arrays, lists, dicts and texts that change nothing. */
const methods = new Set(['view', 'reshape', 'unsqueeze', 'squeeze', 'expand', 'repeat', 'transpose', 'permute', 't', 'flatten', 'contiguous', 'clone', 'float', 'long', 'int', 'bool', 'double', 'half', 'byte', 'tril', 'triu', 'flip', 'exp', 'log', 'log2', 'log10', 'log1p', 'sin', 'cos', 'tan', 'sqrt', 'rsqrt', 'pow', 'square', 'mul', 'add', 'sub', 'div', 'neg', 'abs', 'cumsum', 'cumprod', 'clamp', 'eq', 'ne', 'lt', 'gt', 'le', 'ge', 'roll', 'sum', 'mean', 'std', 'max', 'min', 'prod', 'logical_not', 'masked_fill', 'repeat_interleave', 'reciprocal', 'sigmoid', 'softmax', 'norm', 'detach', 'astype', 'copy', 'tolist', 'get', 'keys', 'values', 'items', 'split', 'lower', 'upper', 'index', 'size', 'numel', 'dim', 'round', 'floor', 'ceil', 'type']);

/** What else a function may compute on the host: products, which autocast would run with fewer bits on the device. */
const products = /^(?:torch\.(?:mm|matmul|bmm|einsum|min|max|norm|prod|argmax|argmin|sort|linalg\.\w+|is_tensor)|numpy\.(?:dot|matmul|argsort|argmax|newaxis|zeros_like|ones_like|sort|searchsorted))$/;
const productMethods = new Set(['mm', 'matmul', 'bmm', 'dot', 'append', 'to', 'zero_', 'unfold', 'type_as', 'numpy']);

export const mayCompute = (path: string): boolean => functions.test(path) || products.test(path);
export const mayComputeBy = (method: string): boolean => methods.has(method) || productMethods.has(method);
export const isPureFunction = (path: string): boolean => functions.test(path);
export const makesTensor = (path: string): boolean => functions.test(path) && tensors.test(path);
export const takesDevice = (path: string): boolean => makers.test(path);
export const isPureBuiltin = (name: string): boolean => builtins.has(name);
export const isPureMethod = (name: string): boolean => methods.has(name);
