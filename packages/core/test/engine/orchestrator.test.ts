import { describe, expect, it } from 'vitest';
import { isOrchError, memoryBackend, Orchestrator } from '../../src/index.ts';

function refusal(options: unknown): unknown {
  try {
    return new Orchestrator(options as ConstructorParameters<typeof Orchestrator>[0]);
  } catch (error) {
    return isOrchError(error) ? { code: error.code, message: error.message } : error;
  }
}

describe('an orchestrator', () => {
  it.each([
    [undefined, 'undefined'],
    [{}, 'undefined'],
    [{ backend: null }, 'null'],
    [{ backend: memoryBackend }, 'function'],
  ])('without a backend is refused: %j', (options, what) => {
    expect(refusal(options)).toEqual({
      code: 'ORCH_PLUGIN_INVALID',
      message: `An orchestrator needs a backend, not ${what}.`,
    });
  });

  it('with a backend of another contract is refused by its number', () => {
    expect(refusal({ backend: { ...memoryBackend(), name: 'x', contract: 2 } })).toEqual({
      code: 'ORCH_PLUGIN_CONTRACT',
      message: 'Backend "x" is made for contract 2; this release speaks contract 1.',
    });
  });
});
